"""A whole nginx.conf around the parts, to try them or to run unprivileged."""

from ....settings import Settings
from .http import http_part
from .layout import indent
from .location import location_part
from .receipts import CONDITION, FORMAT
from .server import server_part
from .target import Target


def standalone(settings: Settings, target: Target, listen: str, app_server: str, user: str) -> str:
    """Returns a whole nginx.conf that runs from the folder it is in, as any user.

    Args:
        settings: The application's.
        target: The NGINX that reads it.
        listen: Address and port to listen on.
        app_server: Address and port, or `unix:/path`, of the application.
        user: The account of the workers, where NGINX is started by root; empty otherwise.
    """
    passes = {"http": "proxy_pass http://xaccel_app;", "uwsgi": "uwsgi_pass xaccel_app;"}
    tell_app = {
        "http": "# With the port. Which hosts are served, server_name says.\n"
        "proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Proto $scheme;\n"
        "proxy_set_header X-Forwarded-For $remote_addr;\nproxy_http_version 1.1;\n"
        'proxy_set_header Connection "";\n',
        "uwsgi": "".join(
            f"uwsgi_param {name} {value};\n"
            for name, value in (
                ("QUERY_STRING", "$query_string"), ("REQUEST_METHOD", "$request_method"),
                ("CONTENT_TYPE", "$content_type"), ("CONTENT_LENGTH", "$content_length"),
                ("REQUEST_URI", "$request_uri"), ("PATH_INFO", "$document_uri"),
                ("SERVER_PROTOCOL", "$server_protocol"), ("REQUEST_SCHEME", "$scheme"),
                ("REMOTE_ADDR", "$remote_addr"), ("SERVER_PORT", "$server_port"),
                ("SERVER_NAME", "$server_name"),
            )
        ),
    }  # fmt: skip
    temporary = "\n".join(
        f"{name}_temp_path temp/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""\
# Made by `xaccel-wsgi nginx --standalone`. Start it with:
#   nginx -p THIS_FOLDER -e stderr -c nginx.conf
{f"user {user};" if user else "# Runs as whoever starts it."}
pid nginx.pid;
# The internal location's expression is matched for each file.
pcre_jit on;
worker_processes 2;
# Two for each transfer, and some for the logs.
worker_rlimit_nofile 4096;
error_log error.log warn;

events {{
    worker_connections 1024;
}}

http {{
    # Everything that NGINX writes stays in this folder.
{indent(temporary, 1)}
    server_tokens off;
    # Types are the application's and the remote's affair.
    default_type application/octet-stream;

{indent(http_part(settings, target), 1)}
    access_log access.log combined;
    access_log receipts.log {FORMAT} if={CONDITION};

    upstream xaccel_app {{
        server {app_server};
        # For a shorter time than application servers do, so that no request meets a closing one.
        keepalive 16;
        keepalive_timeout 1s;
    }}

    server {{
        listen {listen};
        server_name _;

{indent(server_part(settings, target), 2)}
        location / {{
{indent(location_part(settings, target), 3)}
{indent(tell_app[target.protocol], 3)}
            {passes[target.protocol]}
        }}
    }}
}}
"""
