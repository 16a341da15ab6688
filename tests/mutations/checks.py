"""Every check of the policy, as the change of the source that removes it.

Each names the tests that are to notice. A change whose text isn't in the source any more fails the
suite: a check that moved is entered anew.
"""

from dataclasses import dataclass

_URL = ("tests/core/test_url.py",)
_ORIGIN = ("tests/core/test_origin.py",)
_SETTINGS = ("tests/core/test_settings.py",)
_HANDOFF = ("tests/core/test_handoff.py",)
_ANSWER = ("tests/core/test_answer.py",)
_FILE = ("tests/core/test_remote_file.py",)
_NAME = ("tests/core/test_disposition.py",)
_WIRE = ("tests/core/test_wire.py",)
_TOKEN = ("tests/middleware/test_token.py",)
_PEP3333 = ("tests/middleware/test_pep3333.py",)
_ADDRESSES = ("tests/security/test_addresses.py",)
_BYPASSES = ("tests/security/test_bypasses.py",)
_CANARIES = ("tests/security/test_canaries.py",)
_LOGS = ("tests/security/test_logs.py",)
_ROWS = ("tests/fidelity/test_rows.py",)
_TLS = ("tests/carriers/test_tls.py",)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the policy.

    Attributes:
        says: What it refuses or decides.
        file: Within `xaccel_wsgi`.
        code: The text that holds it; exactly once in the file.
        instead: What stands there without it.
        tests: Where it is to be noticed.
    """

    says: str
    file: str
    code: str
    instead: str
    tests: tuple[str, ...]


CHECKS = (
    # --- Reading a URL ---
    Check("a scheme other than http and https", "url.py", "(?P<scheme>https?)://(?P<host>",
          "(?P<scheme>https?|ftp|file|gopher)://(?P<host>", _URL),
    Check("control characters and spaces in a path", "url.py", r'[!\x22$->@-\[\]-~]"',
          r'[\x00-\x22$->@-\[\]-\x7f]"', _URL),
    Check("control characters and spaces in a query", "url.py",
          r'QUERY_CHARACTER = r"[!\x22$-\[\]-~]"', r'QUERY_CHARACTER = r"[\x00-\x22$-\[\]-\x7f]"',
          _URL),
    Check("backslashes", "url.py", r'PATH_CHARACTER = r"[!\x22$->@-\[\]-~]"',
          r'PATH_CHARACTER = r"[!\x22$->@-~]"', _URL),
    Check("fragments", "url.py", r'PATH_CHARACTER = r"[!\x22$->@-\[\]-~]"',
          r'PATH_CHARACTER = r"[!-#$->@-\[\]-~]"', _URL),
    Check("user info", "url.py", '://(?P<host>{HOST_NAME}', '://(?:[^@/]*@)?(?P<host>{HOST_NAME}',
          _URL),
    Check("hosts that DNS doesn't know", "url.py",
          'HOST_NAME = rf"(?:{LABEL}\\.)*{LABEL}"', r'HOST_NAME = r"[^/:?#@\[\]]+"', _URL),
    Check("a host that is too long, a port beyond 65535", "url.py",
          "if len(host) > 253 or (port is not None and int(port) > 65535):", "if False:", _URL),
    Check("odd spellings of an address", "url.py",
          'if host[0] == "[" or _LAST_LABEL_NUMERIC.fullmatch(host):', "if False:", _URL),
    Check("an IPv4 address in IPv6 dress", "url.py", "if address.ipv4_mapped:", "if False:", _URL),
    Check("dot-dot segments that NGINX would refuse", "url.py", 'if "/.." in path:', "if False:",
          _URL),
    Check("a lone surrogate", "url.py", "raw = text if isinstance(text, bytes) else text.encode()",
          'raw = text if isinstance(text, bytes) else text.encode(errors="replace")', _URL),
    # --- The allow list ---
    Check("a URL in no origin", "origin.py", "if not self.admits(url):", "if False:", _ORIGIN),
    Check("the dots of a host", "origin.py", 're.escape(self.host).replace(r"\\*", LABEL)',
          'self.host.replace("*", LABEL)', _ORIGIN),
    Check("one label for one star", "origin.py", '.replace(r"\\*", LABEL)',
          '.replace(r"\\*", ".+")', _ORIGIN),
    Check("the port", "origin.py", '== default else f":{self.port}"',
          '== default else "(?::[0-9]+)?"', _ORIGIN),
    Check("the scheme", "origin.py", '{self.scheme}{separator}{host}', 'https?{separator}{host}',
          _ORIGIN),
    Check("the path prefix", "origin.py", "{port}{re.escape(self.path_prefix)}{inside}", "{port}/",
          _ORIGIN),
    Check("dot segments within a path prefix", "origin.py",
          '_NO_DOT_SEGMENTS if self.path_prefix != "/" else ""', '""', _ORIGIN),
    Check("a star beside other characters", "origin.py",
          'if any("*" in label and label != "*" for label in labels) or "*" in path:', "if False:",
          _ORIGIN),
    Check("a star for any owner's hosts", "origin.py",
          "if wildcards and (len(labels) - wildcards < 2",
          "if False and (len(labels) < 2", _ORIGIN),
    Check("a star without TLS", "origin.py", 'if wildcards and scheme.lower() != "https":',
          "if False:", _ORIGIN),
    Check("an origin with a query, or a prefix without its slash", "origin.py",
          'if url.query or not url.path.endswith("/"):', "if False:", _ORIGIN),
    Check("an address with TLS", "origin.py", 'if origin.is_address and origin.scheme == "https":',
          "if False:", _ORIGIN),
    Check("no origin at all", "origin.py", "    if not origins:", "    if False:", _ORIGIN),
    Check("a star is no exact name", "origin.py", "if not origin.is_wildcard)", ")", _ORIGIN),
    # --- What a view may say ---
    Check("a RemoteFile outside the origins", "handoff.py",
          "    settings.origins.check(remote.url)\n", "", _HANDOFF),
    Check("a request header that isn't admitted", "handoff.py",
          "if name.lower() not in allowed:", "if False:", _HANDOFF),
    Check("a control character in the application's header", "handoff.py",
          "if CONTROL.search(value):", "if False:", _BYPASSES),
    Check("headers that aren't carried", "handoff.py",
          "field for field in app_fields if field[0].lower() in carried",
          "field for field in app_fields", _HANDOFF),
    Check("attachment unless said", "handoff.py", '("Content-Disposition", "attachment"),',
          '("Content-Disposition", "inline"),', _HANDOFF),
    Check("not for shared caches unless said", "handoff.py",
          '    ("Cache-Control", "private, no-cache"),\n', "", _HANDOFF),
    Check("nosniff unless said", "handoff.py", '    ("X-Content-Type-Options", "nosniff"),\n', "",
          _HANDOFF),
    Check("a path or nothing as a file's name", "disposition.py", "if _SEPARATORS.search(name):",
          "if False:", _NAME),
    Check("an invisible character in a file's name", "disposition.py",
          "if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:",
          "if False:", _NAME),
    Check("a quote in the old clients' name", "disposition.py", r"""[\"/\\]|""", r"""[/\\]|""",
          _NAME),
    Check("a header's value that breaks the line", "remote_file.py",
          "if not isinstance(value, str) or not VALUE.fullmatch(value):", "if False:", _FILE),
    Check("a header's name that is none", "remote_file.py",
          "if not isinstance(name, str) or not NAME.fullmatch(name):", "if False:", _FILE),
    Check("a media type that is none", "remote_file.py",
          "content_type is not None and not _matches(_MEDIA_TYPE, content_type)", "False", _FILE),
    Check("an etag that breaks out of its quotes", "remote_file.py",
          "etag is not None and not _matches(_ETAG, etag)", "False", _FILE),
    Check("a RemoteFile without the middleware", "remote_file.py",
          "if not isinstance(slot, Slot):", "if slot is None and False:", _FILE),
    Check("a RemoteFile of another request", "remote_file.py",
          "if index >= len(self._held):", "if False:", _FILE),
    # --- What a client may say ---
    Check("the token, compared", "choice.py",
          'if hmac.compare_digest(token.encode("latin-1", "replace"), self._token):', "if True:",
          _TOKEN),
    Check("no handoff without the token", "choice.py",
          'self._choices[shown] = Choice("refused", shown, remark)',
          'self._choices[shown] = Choice("nginx", shown, remark)', _TOKEN),
    Check("the token, kept from the application", "middleware.py",
          "        environ.pop(_TOKEN_KEY, None)\n", "", _TOKEN),
    Check("the special header, kept from the client", "watch.py",
          "others = [field for field in headers if field[0].lower() != named]",
          "others = list(headers)", _PEP3333),
    Check("a client's value that breaks the line", "handoff.py",
          'return value if VALUE.fullmatch(value) else ""', "return value", _HANDOFF),
    Check("several ranges", "handoff.py", 'if byte_range and "," not in byte_range',
          "if byte_range", _HANDOFF),
    Check("a range for a HEAD", "handoff.py", 'if method == "GET" else ""', 'if True else ""',
          _HANDOFF),
    # --- What the remote may say ---
    Check("the remote's headers, hidden", "answer.py",
          "if lower in _HIDDEN or lower in names or lower in hidden:",
          "if lower in names:", _ANSWER),
    Check("the remote's error, replaced", "answer.py",
          "return MEANINGFUL_ERRORS.get(status, 502)", "return None", _ANSWER),
    Check("a redirect outside the origins", "answer.py",
          '    origins.check(url, "location")\n', "", _ANSWER),
    Check("a redirect from https to http", "answer.py",
          'if current.scheme == "https" and url.scheme == "http":', "if False:", _ANSWER),
    Check("a redirect that NGINX would read otherwise", "answer.py", "if url.href != absolute:",
          "if False:", _ANSWER),
    Check("credentials for another origin", "stream/fetch.py",
          "if following.origin != url.origin:", "if False:", _CANARIES),
    Check("a sixth redirect", "stream/fetch.py", "if hop == MAX_HOPS:", "if False:", _ROWS),
    Check("a field that no server may send", "stream/fetch.py",
          "return NAME.fullmatch(name) is not None and CONTROL.search(value) is None",
          "return True", _ROWS),
    Check("a length that is ambiguous", "stream/response.py",
          'raise HTTPException("the answer\'s length is ambiguous")', "pass", _ROWS),
    Check("what is shown inline doesn't run", "answer.py", "return sandboxed((*decided, *passed))",
          "return (*decided, *passed)", _ROWS),
    Check("a second type behind a comma", "inline.py", r"[\t ]*(?:;[^,\n]*)?", r"[^\n]*", _ROWS),
    # --- Where the streamer connects ---
    Check("an address that isn't public", "stream/addresses.py", "if not is_public(address):",
          "if False:", _ADDRESSES),
    Check("special addresses", "stream/addresses.py",
          "return not any(ip in network for network in _SPECIAL)", "return True", _ADDRESSES),
    Check("IPv6 beside global unicast", "stream/addresses.py", "if ip not in _GLOBAL_UNICAST:",
          "if False:", _ADDRESSES),
    Check("what NAT64 hides", "stream/addresses.py",
          "return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))", "return True",
          _ADDRESSES),
    Check("the address that was checked, connected to", "stream/connection.py",
          "HTTPSConnection(\n                address,",
          "HTTPSConnection(\n                url.host,",
          _ADDRESSES),
    Check("a kept connection that was never checked", "stream/connection.py",
          "return url.origin, self._settings.origins.names_exactly(url)", "return url.origin, True",
          _ADDRESSES),
    Check("the remote's certificate", "stream/connection.py", "ssl_context=self._tls,",
          "ssl_context=ssl._create_unverified_context(),", _ADDRESSES),
    # --- What may be said ---
    Check("a query in an error or a log", "errors.py",
          '    text = _QUERY.sub("?[redacted]", text)\n', "", (*_URL, *_ORIGIN)),
    Check("user info in an error or a log", "errors.py",
          '    text = _USER_INFO.sub("//[redacted]@", text)\n', "", _URL),
    Check("a line break in an error or a log", "errors.py", "return ascii(text)", "return text",
          _URL),
    Check("a log line of the remote's", "stream/fetch.py", "{shown(str(error))}", "{error}", _LOGS),
    Check("a signed URL as a text", "url.py",
          'return f"{self.origin}{self.path}" + ("?[redacted]" if self.query else "")',
          "return self.href", _URL),
    Check("the token in the settings' text", "settings.py",
          'values["token"] = "[redacted]" if self.token else None', "pass", _SETTINGS),
    # --- What an operator may say ---
    Check("a token that is short, or isn't plain", "settings.py", "[A-Za-z0-9._~-]{16,256}", ".*",
          _SETTINGS),
    Check("a prefix that means more to NGINX", "settings.py",
          're.fullmatch(f"/(?:{_SEGMENT}/)+", self.prefix)', "True", _SETTINGS),
    Check("names that are decided elsewhere", "settings.py",
          "legal and name.lower() not in refused,", "True,", _SETTINGS),
    Check("a file's path that means more to NGINX", "settings.py",
          're.search(r"[\\s\\"\'\\\\;{}$]", self.ca_file) is None', "True", _SETTINGS),
    # --- On the way to NGINX, and in its configuration ---
    Check("one encoding more for NGINX's decoding", "nginx/wire.py",
          'url.path.replace("%", "%25")', "url.path", _WIRE),
    Check("a handoff too large for NGINX", "nginx/wire.py",
          "if size_bytes > settings.buffer_bytes - _RESERVED_BYTES:", "if False:", _WIRE),
    Check("NGINX: the token", "nginx/config/guard.py", '{settings.token}") {{ return 404; }}',
          '{settings.token}") {{ set $xaccel_x 1; }}', _BYPASSES),
    Check("NGINX: X-Accel-Redirect, where there is no token", "nginx/config/guard.py",
          '= "") { return 404; }', '= "") { set $xaccel_x 1; }', _BYPASSES),
    Check("NGINX: named locations", "nginx/config/transfer.py",
          'if ($xaccel_origin = "") { return 404; }',
          'if ($xaccel_origin = "") { set $xaccel_x 1; }', _BYPASSES),
    Check("NGINX: other locations' expressions", "nginx/config/server.py",
          'yield f"location ^~ {settings.prefix} {{"', 'yield f"location {settings.prefix} {{"',
          _BYPASSES),
    Check("NGINX: the allow list for redirects", "nginx/config/server.py",
          """rf"^(?={settings.origins.expression('://')})\"""", 'r"^"', _ROWS),
    Check("NGINX: a redirect from https to http", "nginx/config/server.py",
          '"https to http") { return 502; }', '"none") { return 502; }', _ROWS),
    Check("NGINX: credentials for another origin", "nginx/config/server.py",
          '''        yield f'        set {kept_request(name)} "";\'''', "        pass", _CANARIES),
    Check("NGINX: the remote's X-Accel headers", "nginx/config/transfer.py",
          "proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate",
          "proxy_ignore_headers X-Accel-Expires", _BYPASSES),
    Check("NGINX: the remote's headers, hidden", "nginx/config/transfer.py",
          'yield f"proxy_hide_header {name};"', "pass", _CANARIES),
    Check("NGINX: the client's headers", "nginx/config/transfer.py",
          '    yield "proxy_pass_request_headers off;"\n', "", _CANARIES),
    Check("NGINX: the client's body", "nginx/config/transfer.py",
          '    yield "proxy_pass_request_body off;"\n', "", _CANARIES),
    Check("NGINX: signed URLs in its log", "nginx/config/messages.py",
          'yield "error_log /dev/null emerg;"', "pass", _CANARIES),
    Check("NGINX: the remote's certificate", "nginx/config/transfer.py",
          'yield "proxy_ssl_verify on;"', 'yield "proxy_ssl_verify off;"', _TLS),
    Check("NGINX: the name in the remote's certificate", "nginx/config/transfer.py",
          '        yield "proxy_ssl_name $xaccel_host;"\n', "", _TLS),
    Check("NGINX: what is shown inline doesn't run", "nginx/config/transfer.py",
          '"Content-Type", POLICY)', '"Content-Type")', _ROWS),
)  # fmt: skip
