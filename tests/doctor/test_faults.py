"""Each fault of a configuration is found and named, and nothing else is."""

from pathlib import Path

import pytest

from tests.doctor.configurations import (
    TOKEN,
    Edit,
    Files,
    both,
    drop,
    drop_block,
    drop_statement,
    other_settings,
    swap,
)
from xaccel_wsgi.carriers.nginx import config
from xaccel_wsgi.doctor.configuration import check_configuration

HTTP, SERVER, LOCATION = "xaccel-http.conf", "xaccel-server.conf", "xaccel-location.conf"
SITE, MAIN = "sites/files.conf", "nginx.conf"
FIRST, HOP = "location ~", "location @xaccel_hop"
OLD = "an-old-token-0123456789"

# What is done; what is found of it, in a part of its id and its place; and how bad that is.
FAULTS: dict[str, tuple[Edit, list[str], str]] = {
    # --- Who may reach the files ---
    "internal is missing": (
        drop(SERVER, "internal;", after=FIRST), ["missing:internal"], "bad",
    ),
    "the guard is missing": (
        drop(SERVER, f'if ($upstream_http_x_accel_token != "{TOKEN}") {{ return 404; }}'),
        ["missing:if:$upstream_http_x_accel_token !="], "bad",
    ),
    "the guard is the weaker one": (
        swap(SERVER, f'$upstream_http_x_accel_token != "{TOKEN}"',
             '$upstream_http_x_accel_redirect = ""'),
        ["missing:if:$upstream_http_x_accel_token !=",
         "extra:if:$upstream_http_x_accel_redirect ="],
        "bad",
    ),
    "the guard lets through": (
        swap(SERVER, f'!= "{TOKEN}") {{ return 404; }}', f'!= "{TOKEN}") {{ set $a b; }}'),
        ["different:if:$upstream_http_x_accel_token !="], "bad",
    ),
    "any host is admitted": (
        swap(SERVER, r"http/127\.0\.0\.1:9000/", r"https?/[^/]+/"),
        ["different:location:~ "], "bad",
    ),
    "a redirect may lead to any host": (
        swap(SERVER, r"http://127\.0\.0\.1:9000/", r"https?://[^/]+/", after=HOP),
        ["different:if:$xaccel_location !~"], "bad",
    ),
    "a redirect may lead from https to http": (
        drop(SERVER, 'if ($xaccel_change = "https to http") { return 502; }'),
        ["missing:if:$xaccel_change ="], "bad",
    ),
    "more redirects are followed": (
        swap(SERVER, 'if ($xaccel_hops = "', 'if ($xaccel_hops = "++'),
        ["different:if:$xaccel_hops ="], "bad",
    ),
    "the token in another place": (
        swap(SERVER, 'if ($xaccel_hops = "', f'if ($xaccel_hops = "{TOKEN}'),
        ["different:if:$xaccel_hops ="], "bad",
    ),
    "credentials follow to another host": (
        drop(SERVER, 'set $xaccel_request_authorization "";', after=HOP),
        ["different:if:$xaccel_next_origin !="], "bad",
    ),
    "another regular expression takes the files": (
        swap(SERVER, "location ^~ /_remote/", "location /_remote/"),
        ["different:location:^~ /_remote/"], "bad",
    ),
    "another location within ours": (
        swap(SERVER, "return 404;", "return 404; location ~ jpg$ { expires 1d; }"),
        ["extra:location"], "bad",
    ),
    "a longer prefix takes the files": (
        swap(SITE, "location / {", "location /_remote/https/ { return 403; } location / {"),
        ["extra:location:/_remote/https/"], "bad",
    ),
    "a rewrite of the server takes the files": (
        swap(SITE, "listen 8081;", r"listen 8081; rewrite \.pdf$ /viewer last;"),
        ["extra:rewrite"], "bad",
    ),
    # --- What the remote is sent ---
    "the client's headers reach the remote": (
        swap(SERVER, "proxy_pass_request_headers off", "proxy_pass_request_headers on"),
        ["different:proxy_pass_request_headers"], "bad",
    ),
    "the client's headers reach a redirect's host": (
        drop(SERVER, "proxy_pass_request_headers off;", after=HOP),
        ["missing:proxy_pass_request_headers"], "bad",
    ),
    "the client's body reaches the remote": (
        drop(SERVER, 'proxy_set_body "";'), ["missing:proxy_set_body"], "bad",
    ),
    "the length of a body that isn't sent": (
        drop(SERVER, 'proxy_set_header Content-Length "";'),
        ["missing:proxy_set_header:Content-Length"], "bad",
    ),
    "the client's cookie on purpose": (
        swap(SERVER, "proxy_set_header Host", "proxy_set_header Cookie $http_cookie; "
             "proxy_set_header Host"),
        ["extra:proxy_set_header:Cookie"], "bad",
    ),
    "the range isn't asked for": (
        drop(SERVER, "proxy_set_header Range $xaccel_request_range;"),
        ["missing:proxy_set_header:Range"], "bad",
    ),
    "the client's URL instead of the signed one": (
        swap(SERVER, "$xaccel_upstream$xaccel_target;", "$xaccel_upstream$uri;"),
        ["different:proxy_pass"], "bad",
    ),
    "HEAD is asked as HEAD": (
        drop(SERVER, "proxy_method GET;"), ["missing:proxy_method"], "bad",
    ),
    "HTTP/1.0": (
        swap(SERVER, "proxy_http_version 1.1", "proxy_http_version 1.0"),
        ["different:proxy_http_version"], "bad",
    ),
    # --- TLS ---
    "TLS isn't verified": (
        swap(SERVER, "proxy_ssl_verify on", "proxy_ssl_verify off"),
        ["different:proxy_ssl_verify"], "bad",
    ),
    "TLS isn't verified after a redirect": (
        drop(SERVER, "proxy_ssl_verify on;", after=HOP), ["missing:proxy_ssl_verify"], "bad",
    ),
    "TLS isn't verified in the inner location": (
        swap(SERVER, "internal;", "internal; proxy_ssl_verify off;", after=FIRST),
        ["different:proxy_ssl_verify"], "bad",
    ),
    "no SNI": (
        drop(SERVER, "proxy_ssl_server_name on;"), ["missing:proxy_ssl_server_name"], "bad",
    ),
    "old TLS": (
        swap(SERVER, "proxy_ssl_protocols TLSv1.2", "proxy_ssl_protocols TLSv1 TLSv1.2"),
        ["different:proxy_ssl_protocols"], "bad",
    ),
    # --- What the remote may do ---
    "the remote's X-Accel-Redirect is obeyed": (
        drop(SERVER, " X-Accel-Redirect", after="proxy_ignore_headers"),
        ["missing:proxy_ignore_headers:X-Accel-Redirect"], "bad",
    ),
    "the remote steers NGINX": (
        drop_statement(SERVER, "proxy_ignore_headers"), ["missing:proxy_ignore_headers"], "bad",
    ),
    "a hidden header shows": (
        drop(SERVER, "proxy_hide_header Set-Cookie;"),
        ["missing:proxy_hide_header:Set-Cookie"], "bad",
    ),
    "a hidden header is passed": (
        swap(SERVER, "proxy_hide_header Via;",
             "proxy_hide_header Via; proxy_pass_header Set-Cookie;"),
        ["extra:proxy_pass_header"], "bad",
    ),
    "the remote's errors show": (
        drop(SERVER, "proxy_intercept_errors on;"), ["missing:proxy_intercept_errors"], "bad",
    ),
    "the remote's second redirect shows": (
        swap(SERVER, "recursive_error_pages on", "recursive_error_pages off"),
        ["different:recursive_error_pages"], "bad",
    ),
    "the remote's redirects show": (
        drop_statement(SERVER, "error_page 301"), ["missing:error_page"], "bad",
    ),
    "one status is no error": (
        drop(SERVER, " 403", after="error_page 300"), ["missing:error_page:403"], "bad",
    ),
    # --- What the client gets ---
    "a header isn't given": (
        drop(SERVER, "add_header Content-Security-Policy "
             "$xaccel_final_content_security_policy always;"),
        ["missing:add_header:Content-Security-Policy"], "bad",
    ),
    "a header isn't given with every status": (
        swap(SERVER, "$xaccel_response_content_disposition always;",
             "$xaccel_response_content_disposition;"),
        ["different:add_header:Content-Disposition"], "bad",
    ),
    "the remote's name instead of the application's": (
        swap(SERVER, "$xaccel_response_content_disposition always;",
             "$upstream_http_content_disposition always;"),
        ["different:add_header:Content-Disposition"], "bad",
    ),
    "two names": (
        swap(SERVER, "add_header Content-Disposition",
             'add_header Content-Disposition "attachment"; add_header Content-Disposition'),
        ["extra:add_header:Content-Disposition"], "bad",
    ),
    "headers of the inner location cancel ours": (
        swap(SERVER, "internal;", "internal; add_header X-Mine 1;", after=FIRST),
        ["cancelled:add_header"], "bad",
    ),
    "the application's decision isn't kept": (
        drop(SERVER, "set $xaccel_response_content_disposition "
             "$upstream_http_x_accel_response_content_disposition;"),
        ["missing:set:$xaccel_response_content_disposition"], "bad",
    ),
    "a decision is overwritten": (
        swap(SERVER, 'set $xaccel_page "";',
             'set $xaccel_page ""; set $xaccel_response_cache_control public;'),
        ["extra:set:$xaccel_response_cache_control"], "bad",
    ),
    "a decision is kept too late": (
        both(drop(SERVER, "set $xaccel_before $xaccel_scheme;"),
             swap(SERVER, "set $xaccel_change",
                  "set $xaccel_before $xaccel_scheme; set $xaccel_change")),
        ["order:"], "bad",
    ),
    "gzip is back on inside": (
        swap(SERVER, "gzip off;", "gzip on;"), ["different:gzip"], "bad",
    ),
    "gzip around isn't kept out": (
        drop(SERVER, "gzip off;"), ["different:gzip"], "bad",
    ),
    "an expiry around isn't kept out": (
        drop(SERVER, "expires off;"), ["missing:expires"], "warn",
    ),
    "files are kept": (
        swap(SERVER, "proxy_cache off;", "proxy_cache other;"), ["different:proxy_cache"], "bad",
    ),
    "text in files is replaced": (
        swap(SERVER, "return 404;", "return 404; sub_filter a b;"), ["extra:sub_filter"], "bad",
    ),
    "text in all files of the server is replaced": (
        both(
            swap(SITE, "listen 8081;", "listen 8081; sub_filter a b; sub_filter_types *;"),
            drop(SERVER, "sub_filter_types text/x-xaccel-nothing;"),
        ),
        ["different:sub_filter_types"],
        "bad",
    ),
    "an error page is missing": (
        drop_block(SERVER, "location @xaccel_502"), ["missing:location:@xaccel_502"], "bad",
    ),
    "where redirects lead is missing": (
        drop_block(SERVER, HOP), ["missing:location:@xaccel_hop"], "bad",
    ),
    "an error page is a download": (
        swap(SERVER, "default_type \"text/plain\";", "default_type application/pdf;",
             after="location @xaccel_404"),
        ["different:default_type"], "bad",
    ),
    # --- Room, connections, time ---
    "large headers of the remote": (
        swap(SERVER, "proxy_buffer_size 16384", "proxy_buffer_size 4k"),
        ["different:proxy_buffer_size"], "bad",
    ),
    "large handoffs": (
        drop(LOCATION, "proxy_buffer_size 16384;"),
        ["missing:proxy_buffer_size", "missing:proxy_buffer_size"], "bad",
    ),
    "large files on disk": (
        drop(SERVER, "proxy_max_temp_file_size 0;"), ["missing:proxy_max_temp_file_size"], "warn",
    ),
    "connections aren't kept": (
        drop(HTTP, "keepalive 16;"), ["missing:keepalive"], "warn",
    ),
    "fewer connections are kept": (
        swap(HTTP, "keepalive 16;", "keepalive 2;"), ["different:keepalive"], "warn",
    ),
    "another address of an origin": (
        swap(HTTP, "server 127.0.0.1:9000 ", "server 127.0.0.1:9001 "),
        ["different:server"], "bad",
    ),
    "the second hop asks for the first target": (
        drop(HTTP, "volatile;"), ["missing:volatile"], "bad",
    ),
    "the remote's ETag beside the application's": (
        swap(HTTP, '"" $upstream_http_etag;', 'default $upstream_http_etag;'),
        ["missing:", "extra:default"], "bad",
    ),
    "no resolver": (
        both(drop(MAIN, "resolver 192.0.2.1;"), drop(SERVER, "resolver 192.0.2.1;", every=True)),
        ["missing:resolver", "missing:resolver"], "bad",
    ),
    "another time limit": (
        swap(SERVER, "proxy_read_timeout 60000ms", "proxy_read_timeout 5s"),
        ["different:proxy_read_timeout"], "warn",
    ),
    # --- The parts ---
    "no http part": (drop(MAIN, "include xaccel-http.conf;"), ["missing:http-part"], "bad"),
    "no server part": (drop(SITE, "include xaccel-server.conf;"), ["missing:server-part"], "bad"),
    "no location part in one of two locations": (
        drop(SITE, "include xaccel-location.conf;", after="location /api/"),
        ["missing:location-part"], "bad",
    ),
    "a header in the location cancels the token": (
        both(drop(SITE, "include xaccel-location.conf;", every=True),
             swap(SITE, "listen 8081;", "listen 8081; include xaccel-location.conf;")),
        ["cancelled:proxy_set_header:X-Accel-Token"], "bad",
    ),
    "the application's handoff isn't followed": (
        swap(SITE, "proxy_pass http://127.0.0.1:8000;",
             "proxy_pass http://127.0.0.1:8000; proxy_ignore_headers X-Accel-Redirect;"),
        ["extra:proxy_ignore_headers"], "bad",
    ),
    "a second server without parts": (
        swap(SITE, "\nserver {", "\nserver { listen 8082; location / "
             "{ proxy_pass http://127.0.0.1:8000; } }\nserver {"),
        ["streamed"], "warn",
    ),
    "a second server that forgets the server part": (
        swap(SITE, "\nserver {", "\nserver { listen 8082; location / "
             "{ include xaccel-location.conf; proxy_pass http://127.0.0.1:8000; } }\nserver {"),
        ["missing:server-part"], "bad",
    ),
    # --- The token ---
    "an old token": (
        swap(LOCATION, TOKEN, OLD),
        ["different:proxy_set_header:X-Accel-Token"] * 2, "bad",
    ),
    "old settings": (
        other_settings(read_timeout_s=59.9999),
        ["different:proxy_set_header:X-Accel-Token"] * 2, "bad",
    ),
    "another version": (
        swap(LOCATION, f"{TOKEN};", f"{TOKEN};0"),
        ["different:proxy_set_header:X-Accel-Token"] * 2, "bad",
    ),
    "an application without a token": (
        other_settings(token=None),
        ["different:proxy_set_header:X-Accel-Token"] * 2
        + ["missing:if:$upstream_http_x_accel_redirect =",
           "extra:if:$upstream_http_x_accel_token !="],
        "bad",
    ),
}  # fmt: skip


@pytest.mark.parametrize("version", [(1, 22, 1), (1, 30, 6)], ids=["1.22.1", "1.30.6"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, version: tuple[int, int, int], tmp_path: Path) -> None:
    """By its name; and of all else nothing is said."""
    edit, ids, status = FAULTS[fault]
    files = Files(version=version)
    edit(files)
    found = [finding for finding in files.check(tmp_path) if finding.status != "ok"]
    found.sort(key=lambda finding: finding.id)
    assert len(found) == len(ids), found
    for finding, beginning in zip(found, sorted(ids), strict=True):
        assert finding.id.startswith(beginning)
        assert all((finding.what, finding.why, finding.fix, finding.where)), finding
        assert finding.where.startswith(str(tmp_path))
        assert TOKEN not in str(finding)
        assert OLD not in str(finding)
    assert ("bad" in [finding.status for finding in found]) == (status == "bad")


RECIPE = """
events {}
http {
    server {
        listen 80;
        location / {
            proxy_pass http://127.0.0.1:8000;
            proxy_set_header Host $host;
        }
        location ~* ^/download/(.*?)/(.*) {
            internal;
            resolver 192.0.2.1;
            set $download_host $1;
            set $download_uri $2$is_args$args;
            proxy_set_header Host $download_host;
            proxy_set_header Authorization "";
            proxy_hide_header x-amz-request-id;
            proxy_hide_header x-amz-id-2;
            proxy_hide_header Content-Disposition;
            add_header Content-Disposition $upstream_http_content_disposition;
            proxy_max_temp_file_size 0;
            proxy_pass $1://$download_host/$download_uri;
        }
    }
}
"""
# What is known to go wrong with it.
RECIPE_FAULTS = {
    "missing:http-part", "missing:server-part", "missing:location-part", "different:proxy_pass",
    "different:add_header:Content-Disposition", "missing:if",
    "missing:proxy_pass_request_headers", "missing:proxy_set_body", "missing:proxy_method",
    "missing:proxy_set_header", "missing:proxy_ssl_verify", "missing:proxy_ssl_server_name",
    "missing:proxy_ignore_headers", "missing:proxy_hide_header", "missing:proxy_buffer_size",
    "missing:proxy_intercept_errors", "missing:error_page", "missing:recursive_error_pages",
    "missing:proxy_http_version",
}  # fmt: skip


def test_the_well_known_recipe(tmp_path: Path) -> None:
    """The configuration that is copied most is read as an attempt at ours."""
    files = Files()
    files.texts["nginx.conf"] = RECIPE
    findings = [f for f in files.check(tmp_path) if f.status != "ok"]
    found = {f.id: f for f in findings}
    assert set(found) >= RECIPE_FAULTS
    # Only what passes to the application has to include the location part.
    assert [f.id for f in findings].count("missing:location-part") == 1
    why = found["different:proxy_pass"].why
    assert "any host" in why
    assert "decoded" in why
    assert "after the remote" in found["different:add_header:Content-Disposition"].why


def test_a_hand_written_location_that_names_its_host(tmp_path: Path) -> None:
    """It isn't said to connect anywhere."""
    files = Files()
    pinned = RECIPE.replace("^/download/(.*?)/(.*)", "^/download/(a.s3.amazonaws.com)/(.*)")
    files.texts["nginx.conf"] = pinned
    (found,) = (f for f in files.check(tmp_path) if f.id == "different:proxy_pass")
    assert "any host" not in found.why


def test_a_variable_pass_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    """`proxy_pass http://$backend` behind no handoff is the site's own affair."""
    files = Files()
    files.texts["sites/files.conf"] += (
        "server { listen 9; location / { set $backend other; proxy_pass http://$backend; } }"
    )
    assert [f for f in files.check(tmp_path) if f.status != "ok"] == []


def test_files_that_everyone_can_read(tmp_path: Path) -> None:
    """They hold the token."""
    files = Files()
    main = files.write(tmp_path)
    (tmp_path / "xaccel-location.conf").chmod(0o644)
    target = config.Target(files.version, ("192.0.2.1",))
    found = [f for f in check_configuration(str(main), files.settings, target) if f.status != "ok"]
    assert [(f.id, f.status) for f in found] == [("readable", "warn")]
