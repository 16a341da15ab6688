"""What happens where the configuration isn't as it should be.

The generator says beside each directive why it is there, and that is what is shown. Here stands
only what its comments don't say: what a person would see go wrong. A key is a directive's name, or
its name and what it is about.
"""

from .compare import Difference

_OTHER_TIME = "NGINX waits for a remote that is slow longer or shorter than the streamer does."

CONSEQUENCES = {
    # --- http ---
    "variables_hash_bucket_size": "NGINX may refuse to start: a variable's name has no room.",
    "upstream": "Connections to this origin aren't kept: each download waits for a connection and "
    "a TLS handshake of its own.",
    "keepalive": "Before 1.29.7 each download waits for a connection and a TLS handshake of its "
    "own.",
    "map": "NGINX doesn't start, or chooses between the application's value and the remote's "
    "wrongly.",
    # --- server ---
    "location": "A handoff that leads here ends in an error page of NGINX's.",
    "internal": "A client can ask for this path itself, past the application's permission checks.",
    "proxy_pass": "Another URL is asked for than the one that was signed, or none.",
    "proxy_method": "HEAD is refused by stores that verify signatures, since a URL is signed for "
    "one method.",
    "proxy_http_version": "Connections aren't kept, and an answer in chunks is misread.",
    "proxy_pass_request_headers": "The client's Cookie and Authorization are sent to the remote; "
    "stores refuse a request with two kinds of credentials.",
    "proxy_set_body": "What the client posted is sent on to the remote.",
    "proxy_set_header Content-Length": "After a POST the remote waits for a body that never comes.",
    "proxy_set_header Host": "The remote is asked for another host; signatures cover the host.",
    "proxy_set_header Connection": "Connections to the remote aren't kept.",
    "proxy_set_header Range": "Downloads can't be resumed, and media can't be sought in.",
    "proxy_set_header If-Range": "A resumed download may join two versions of a file.",
    "proxy_set_header If-None-Match": "A client downloads again what it has already.",
    "proxy_set_header If-Modified-Since": "A client downloads again what it has already.",
    "proxy_set_header Authorization": "The remote is asked without the credentials that the "
    "application gave.",
    "resolver": "NGINX can't find the origin: 502 for each file.",
    "proxy_ssl_verify": "Anyone on the way to the remote can read the file, the signature and the "
    "credentials, and send something else.",
    "proxy_ssl_verify_depth": "Certificates with intermediate authorities are refused: 502.",
    "proxy_ssl_trusted_certificate": "The remote's certificate can't be verified: 502, or NGINX "
    "doesn't start.",
    "proxy_ssl_server_name": "Stores that serve many names answer with another one's certificate, "
    "or not at all: 502.",
    "proxy_ssl_name": "The certificate is compared with another name: 502 for each file.",
    "proxy_ssl_session_reuse": "Each connection makes a whole TLS handshake.",
    "proxy_ssl_protocols": "Old and weak versions of TLS may be spoken, or none that the remote "
    "knows.",
    "resolver_timeout": "NGINX waits for DNS as long as it likes, and the streamer doesn't.",
    "proxy_connect_timeout": _OTHER_TIME,
    "proxy_read_timeout": _OTHER_TIME,
    "proxy_headers_hash_max_size": "NGINX warns at each start that its hash of headers is too "
    "small.",
    "proxy_headers_hash_bucket_size": "NGINX may refuse to start: a header's name has no room.",
    "proxy_ignore_headers X-Accel-Redirect": "A remote that answers with X-Accel-Redirect reaches "
    "every internal location of this server.",
    "proxy_ignore_headers X-Accel-Limit-Rate": "The remote decides how slowly the file is sent.",
    "proxy_hide_header Set-Cookie": "The remote sets cookies on this site.",
    "proxy_hide_header Content-Disposition": "Two Content-Disposition headers: Chrome refuses the "
    "download.",
    "proxy_hide_header Content-Type": "The remote's type comes beside the application's: what was "
    "meant as a download may run as a page of this site.",
    "proxy_hide_header Cache-Control": "Two Cache-Control headers: a shared cache may keep a "
    "private file.",
    "proxy_hide_header ETag": "Two ETag headers where the application has its own.",
    "proxy_hide_header": "The client sees what the remote says, beside what the application says "
    "or in its place.",
    "proxy_pass_header": "A hidden header of the remote's reaches the client again.",
    "add_header": "The client doesn't get what the application decided.",
    "add_header Content-Disposition": "The download has no name, or the remote's.",
    "add_header Content-Type": "The file comes without the type that the application gave.",
    "add_header Cache-Control": "Shared caches may keep a private file.",
    "add_header X-Content-Type-Options": "A browser may take a file for something that runs.",
    "proxy_buffer_size": "Answers with large headers are 502: \"upstream sent too big header\".",
    "proxy_buffers": "Less is buffered than the application counts on.",
    "proxy_busy_buffers_size": "NGINX may refuse to start: it must fit the other buffers.",
    "uwsgi_buffer_size": "Answers with large headers are 502: \"upstream sent too big header\".",
    "uwsgi_buffers": "Less is buffered than the application counts on.",
    "uwsgi_busy_buffers_size": "NGINX may refuse to start: it must fit the other buffers.",
    "proxy_max_temp_file_size": "Large files are written to disk on their way to slow clients.",
    "proxy_buffering": "A connection to the remote is busy for as long as the client is slow.",
    "proxy_cache": "Files are kept on disk and may be served to whom they aren't for.",
    "gzip": "Compressed on the way: weak ETags, no length, no ranges.",
    "expires": "A second Cache-Control: a shared cache may keep a private file.",
    "charset": "The type is changed, which for some files is damage.",
    "ssi": "Files are searched for commands to this server.",
    "proxy_intercept_errors": "The client sees the remote's error page, which may name the bucket "
    "and the access key, and redirects with the signed URL.",
    "recursive_error_pages": "The second redirect of a remote reaches the client, signed URL "
    "included.",
    "error_page": "The client sees the remote's own answer for these statuses; a redirect shows it "
    "the signed URL.",
    # --- location ---
    "proxy_set_header X-Accel-Token": "The application doesn't know that NGINX is in front: it "
    "streams each file itself, or refuses.",
    "uwsgi_param HTTP_X_ACCEL_TOKEN": "The application doesn't know that NGINX is in front: it "
    "streams each file itself, or refuses.",
}  # fmt: skip

# What shouldn't be there, where that is more than a question.
CONTRADICTIONS = {
    "proxy_set_header": "The remote is sent something that the application didn't decide, a "
    "credential of the client's perhaps; a name twice is refused by many.",
    "proxy_pass_header": "A header of the remote's that was hidden reaches the client.",
    "add_header": "The client gets the header twice; two Content-Disposition headers make Chrome "
    "refuse a download.",
    "location": "It takes files that our location was to send, and answers them its own way.",
    "set": "It overwrites what the application decided.",
    "sub_filter": "Bytes of files are replaced.",
    "auth_request": "Each file is asked about again, and a redirect of the remote's fails.",
    "proxy_ignore_headers": "NGINX doesn't follow the handoff: the client gets it, signed URL and "
    "all.",
    "uwsgi_ignore_headers": "NGINX doesn't follow the handoff: the client gets it, signed URL and "
    "all.",
}

_LATE = (
    "It is evaluated after the remote has answered: it gives the client the remote's header, not "
    "the application's."
)

# Slower or noisier, but nothing goes wrong.
_MINOR = {
    "keepalive", "log_format", "proxy_connect_timeout", "proxy_headers_hash_max_size",
    "proxy_max_temp_file_size", "proxy_next_upstream_tries", "proxy_read_timeout",
    "proxy_ssl_session_reuse", "resolver_timeout", "upstream",
}  # fmt: skip


def consequence(difference: Difference) -> str:
    """Returns what happens because of a difference, followed by why the generator says it."""
    name = difference.name
    if name == "add_header" and "$upstream_http_" in str(difference.actual):
        return _LATE
    keyed = f"{name} {difference.key}".lower()
    table = CONTRADICTIONS if difference.kind == "extra" else CONSEQUENCES
    said = next((text for key, text in table.items() if key.lower() == keyed), table.get(name, ""))
    if said or difference.expected is None:
        return said or "It isn't ours, and may change the answer."
    return difference.expected.reason


def is_minor(difference: Difference) -> bool:
    """Tells whether downloads are right all the same."""
    if difference.kind == "extra":
        return difference.name not in CONTRADICTIONS
    return difference.name in _MINOR or difference.is_default
