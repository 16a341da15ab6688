"""Every check of the policy, as the change of the source that removes it.

Each names the tests that are to notice. A change whose text isn't in the source any more fails the
suite: a check that moved is entered anew.
"""

from dataclasses import dataclass

# Within `xaccel_wsgi`.
IN_CHOICE = "carriers/choice.py"
IN_GUARD = "carriers/nginx/config/guard.py"
IN_MESSAGES = "carriers/nginx/config/messages.py"
IN_SERVER = "carriers/nginx/config/server.py"
IN_TRANSFER = "carriers/nginx/config/transfer.py"
IN_WIRE = "carriers/nginx/wire.py"
IN_ADDRESSES = "carriers/stream/addresses.py"
IN_CONNECTION = "carriers/stream/connection.py"
IN_FETCH = "carriers/stream/fetch.py"
IN_RESPONSE = "carriers/stream/response.py"
IN_ERRORS = "errors.py"
IN_HANDOFF = "handoff.py"
IN_MIDDLEWARE = "middleware.py"
IN_REMOTE_FILE = "remote_file.py"
IN_ANSWER = "rules/answer.py"
IN_DISPOSITION = "rules/disposition.py"
IN_INLINE = "rules/inline.py"
IN_ORIGIN = "rules/origin.py"
IN_URL = "rules/url.py"
IN_SETTINGS = "settings/value.py"
IN_WATCH = "watch.py"

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
    Check("a scheme other than http and https", IN_URL, "(?P<scheme>https?)://(?P<host>",
          "(?P<scheme>https?|ftp|file|gopher)://(?P<host>", _URL),
    Check("control characters and spaces in a path", IN_URL, r'[!\x22$->@-\[\]-~]"',
          r'[\x00-\x22$->@-\[\]-\x7f]"', _URL),
    Check("control characters and spaces in a query", IN_URL,
          r'QUERY_CHARACTER = r"[!\x22$-\[\]-~]"', r'QUERY_CHARACTER = r"[\x00-\x22$-\[\]-\x7f]"',
          _URL),
    Check("backslashes", IN_URL, r'PATH_CHARACTER = r"[!\x22$->@-\[\]-~]"',
          r'PATH_CHARACTER = r"[!\x22$->@-~]"', _URL),
    Check("fragments", IN_URL, r'PATH_CHARACTER = r"[!\x22$->@-\[\]-~]"',
          r'PATH_CHARACTER = r"[!-#$->@-\[\]-~]"', _URL),
    Check("user info", IN_URL, '://(?P<host>{HOST_NAME}', '://(?:[^@/]*@)?(?P<host>{HOST_NAME}',
          _URL),
    Check("hosts that DNS doesn't know", IN_URL, 'HOST_NAME = rf"(?:{LABEL}\\.)*{LABEL}"',
          r'HOST_NAME = r"[^/:?#@\[\]]+"', _URL),
    Check("a host that is too long, a port beyond 65535", IN_URL,
          "if len(host) > 253 or (port is not None and int(port) > 65535):", "if False:", _URL),
    Check("odd spellings of an address", IN_URL,
          'if host[0] == "[" or _LAST_LABEL_NUMERIC.fullmatch(host):', "if False:", _URL),
    Check("an IPv4 address in IPv6 dress", IN_URL, "if address.ipv4_mapped:", "if False:", _URL),
    Check("dot-dot segments that NGINX would refuse", IN_URL, 'if "/.." in path:', "if False:",
          _URL),
    Check("a lone surrogate", IN_URL, "raw = text if isinstance(text, bytes) else text.encode()",
          'raw = text if isinstance(text, bytes) else text.encode(errors="replace")', _URL),
    # --- The allow list ---
    Check("a URL in no origin", IN_ORIGIN, "if not self.admits(url):", "if False:", _ORIGIN),
    Check("the dots of a host", IN_ORIGIN, 're.escape(self.host).replace(r"\\*", LABEL)',
          'self.host.replace("*", LABEL)', _ORIGIN),
    Check("one label for one star", IN_ORIGIN, '.replace(r"\\*", LABEL)', '.replace(r"\\*", ".+")',
          _ORIGIN),
    Check("the port", IN_ORIGIN, '== default else f":{self.port}"',
          '== default else "(?::[0-9]+)?"', _ORIGIN),
    Check("the scheme", IN_ORIGIN, '{self.scheme}{separator}{host}', 'https?{separator}{host}',
          _ORIGIN),
    Check("the path prefix", IN_ORIGIN, "{re.escape(self.path_prefix)}{inside}", "/",
          _ORIGIN),
    Check("dot segments within a path prefix", IN_ORIGIN,
          '_NO_DOT_SEGMENTS if self.path_prefix != "/" else ""', '""', _ORIGIN),
    Check("a star beside other characters", IN_ORIGIN,
          'if any("*" in label and label != "*" for label in labels) or "*" in path:', "if False:",
          _ORIGIN),
    Check("a star for any owner's hosts", IN_ORIGIN,
          "if wildcards and (len(labels) - wildcards < 2", "if False and (len(labels) < 2",
          _ORIGIN),
    Check("a star without TLS", IN_ORIGIN, 'if wildcards and scheme.lower() != "https":',
          "if False:", _ORIGIN),
    Check("an origin with a query, or a prefix without its slash", IN_ORIGIN,
          'if url.query or not url.path.endswith("/"):', "if False:", _ORIGIN),
    Check("an address with TLS", IN_ORIGIN, 'if origin.is_address and origin.scheme == "https":',
          "if False:", _ORIGIN),
    Check("no origin at all", IN_ORIGIN, "    if not origins:", "    if False:", _ORIGIN),
    Check("a star is no exact name", IN_ORIGIN, "if not origin.is_wildcard)", ")", _ORIGIN),
    # --- What a view may say ---
    Check("a RemoteFile outside the origins", IN_HANDOFF,
          "    settings.origins.check(remote.url)\n", "", _HANDOFF),
    Check("a request header that isn't admitted", IN_HANDOFF, "if name.lower() not in allowed:",
          "if False:", _HANDOFF),
    Check("a control character in the application's header", IN_HANDOFF,
          "if CONTROL.search(value):", "if False:", _BYPASSES),
    Check("headers that aren't carried", IN_HANDOFF,
          "field for field in app_fields if field[0].lower() in carried",
          "field for field in app_fields", _HANDOFF),
    Check("attachment unless said", IN_HANDOFF, '("Content-Disposition", "attachment"),',
          '("Content-Disposition", "inline"),', _HANDOFF),
    Check("not for shared caches unless said", IN_HANDOFF,
          '    ("Cache-Control", "private, no-cache"),\n', "", _HANDOFF),
    Check("nosniff unless said", IN_HANDOFF, '    ("X-Content-Type-Options", "nosniff"),\n', "",
          _HANDOFF),
    Check("a path or nothing as a file's name", IN_DISPOSITION, "if _SEPARATORS.search(name):",
          "if False:", _NAME),
    Check("an invisible character in a file's name", IN_DISPOSITION,
          "if unicodedata.category(character) in _INVISIBLE and character not in _JOINERS:",
          "if False:", _NAME),
    Check("a quote in the old clients' name", IN_DISPOSITION, r"""[\"/\\]|""", r"""[/\\]|""",
          _NAME),
    Check("a header's value that breaks the line", IN_REMOTE_FILE,
          "if not isinstance(value, str) or not VALUE.fullmatch(value):", "if False:", _FILE),
    Check("a header's name that is none", IN_REMOTE_FILE,
          "if not isinstance(name, str) or not NAME.fullmatch(name):", "if False:", _FILE),
    Check("a media type that is none", IN_REMOTE_FILE,
          "content_type is not None and not _matches(_MEDIA_TYPE, content_type)", "False", _FILE),
    Check("an etag that breaks out of its quotes", IN_REMOTE_FILE,
          "etag is not None and not _matches(_ETAG, etag)", "False", _FILE),
    Check("a RemoteFile without the middleware", IN_REMOTE_FILE, "if not isinstance(slot, Slot):",
          "if slot is None and False:", _FILE),
    Check("a RemoteFile of another request", IN_REMOTE_FILE, "if index >= len(self._held):",
          "if False:", _FILE),
    # --- What a client may say ---
    Check("the token, compared", IN_CHOICE,
          'if hmac.compare_digest(token.encode("latin-1", "replace"), self._token):', "if True:",
          _TOKEN),
    Check("no handoff without the token", IN_CHOICE,
          'self._choices[shown] = Choice("refused", shown, remark)',
          'self._choices[shown] = Choice("nginx", shown, remark)', _TOKEN),
    Check("the token, kept from the application", IN_MIDDLEWARE,
          "token = environ.pop(_TOKEN_KEY, None)", "token = None", _TOKEN),
    Check("the special header, kept from the client", IN_WATCH,
          "others = [field for field in headers if field[0].lower() != named]",
          "others = list(headers)", _PEP3333),
    Check("a client's value that breaks the line", IN_HANDOFF,
          "_CLIENT_VALUE_MAX and VALUE.fullmatch(value)", "_CLIENT_VALUE_MAX", _HANDOFF),
    Check("a client's value that NGINX has no room for", IN_HANDOFF,
          "len(value) <= _CLIENT_VALUE_MAX and VALUE", "VALUE", _ROWS),
    Check("several ranges", IN_HANDOFF, 'if byte_range and "," not in byte_range', "if byte_range",
          _HANDOFF),
    Check("a range for a HEAD", IN_HANDOFF, 'if method == "GET" else ""', 'if True else ""',
          _HANDOFF),
    # --- What the remote may say ---
    Check("the remote's headers, hidden", IN_ANSWER,
          "if lower in _HIDDEN or lower in names or lower in hidden:", "if lower in names:",
          _ANSWER),
    Check("the remote's error, replaced", IN_ANSWER, "return MEANINGFUL_ERRORS.get(status, 502)",
          "return None", _ANSWER),
    Check("a redirect outside the origins", IN_ANSWER, '    origins.check(url, "location")\n', "",
          _ANSWER),
    Check("a redirect from https to http", IN_ANSWER,
          'if current.scheme == "https" and url.scheme == "http":', "if False:", _ANSWER),
    Check("a redirect that NGINX would read otherwise", IN_ANSWER, "if url.href != absolute:",
          "if False:", _ANSWER),
    Check("credentials for another origin", IN_FETCH, "if following.origin != url.origin:",
          "if False:", _CANARIES),
    Check("a sixth redirect", IN_ANSWER, "MAX_HOPS = 5", "MAX_HOPS = 50", _ROWS),
    Check("a field that no server may send", IN_FETCH,
          "return NAME.fullmatch(name) is not None and CONTROL.search(value) is None",
          "return True", _ROWS),
    Check("a length that is ambiguous", IN_RESPONSE,
          'raise HTTPException("the answer\'s length is ambiguous")', "pass", _ROWS),
    Check("what is shown inline doesn't run", IN_ANSWER, "return sandboxed((*decided, *passed))",
          "return (*decided, *passed)", _ROWS),
    Check("a second type behind a comma", IN_INLINE, r"[\t ]*(?:;[^,\n]*)?", r"[^\n]*", _ROWS),
    # --- Where the streamer connects ---
    Check("an address that isn't public", IN_ADDRESSES, "if not is_public(address):", "if False:",
          _ADDRESSES),
    Check("special addresses", IN_ADDRESSES,
          "return not any(ip in network for network in _SPECIAL)", "return True", _ADDRESSES),
    Check("IPv6 beside global unicast", IN_ADDRESSES, "if ip not in _GLOBAL_UNICAST:", "if False:",
          _ADDRESSES),
    Check("what NAT64 hides", IN_ADDRESSES,
          "return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))", "return True",
          _ADDRESSES),
    Check("the address that was checked, connected to", IN_CONNECTION,
          "HTTPSConnection(\n                address,",
          "HTTPSConnection(\n                url.host,", _ADDRESSES),
    Check("a kept connection that was never checked", IN_CONNECTION,
          "return url.origin, self._settings.origins.names_exactly(url)", "return url.origin, True",
          _ADDRESSES),
    Check("the remote's certificate", IN_CONNECTION, "ssl_context=self._tls,",
          "ssl_context=ssl._create_unverified_context(),", _ADDRESSES),
    # --- What may be said ---
    Check("a query in an error or a log", IN_ERRORS, '    text = _QUERY.sub("?[redacted]", text)\n',
          "", (*_URL, *_ORIGIN)),
    Check("user info in an error or a log", IN_ERRORS,
          '    text = _USER_INFO.sub("//[redacted]@", text)\n', "", _URL),
    Check("a password in an error or a log, of a URL that is none", IN_ERRORS,
          '    text = _PASSWORD.sub(r"\\1[redacted]@", text)\n', "", _URL),
    Check("a line break in an error or a log", IN_ERRORS, "quoted = ascii(text)",
          "quoted = f'_{text}_'", _URL),
    Check("a signed URL as a text", IN_URL,
          'return f"{self.origin}{self.path}" + ("?[redacted]" if self.query else "")',
          "return self.href", _URL),
    Check("the token in the settings' text", IN_SETTINGS,
          'values["token"] = "[redacted]" if self.token else None', "pass", _SETTINGS),
    # --- What an operator may say ---
    Check("a token that is short, or isn't plain", IN_SETTINGS, "[A-Za-z0-9._~-]{16,256}", ".*",
          _SETTINGS),
    Check("a prefix that means more to NGINX", IN_SETTINGS,
          're.fullmatch(f"/(?:{_SEGMENT}/)+", self.prefix)', "True", _SETTINGS),
    Check("names that are decided elsewhere", IN_SETTINGS,
          'read_as not in refused and not read_as.startswith("x-accel-"),', "True,", _SETTINGS),
    Check("names that NGINX reads otherwise", IN_SETTINGS, "re.fullmatch(_NAME, name),", "True,",
          _SETTINGS),
    Check("a file's path that means more to NGINX", IN_SETTINGS,
          "re.fullmatch(_ABSOLUTE_PATH, self.ca_file)", "True", _SETTINGS),
    # --- On the way to NGINX, and in its configuration ---
    Check("one encoding more for NGINX's decoding", IN_WIRE, 'url.path.replace("%", "%25")',
          "url.path", _WIRE),
    Check("a handoff too large for NGINX", IN_WIRE,
          "if size_bytes > settings.buffer_bytes - _RESERVED_BYTES:", "if False:", _WIRE),
    Check("NGINX: the token", IN_GUARD, '{settings.token}") {{ return 404; }}',
          '{settings.token}") {{ set $xaccel_x 1; }}', _BYPASSES),
    Check("NGINX: X-Accel-Redirect, where there is no token", IN_GUARD, '= "") { return 404; }',
          '= "") { set $xaccel_x 1; }', _BYPASSES),
    Check("NGINX: named locations", IN_TRANSFER, 'if ($xaccel_origin = "") { return 404; }',
          'if ($xaccel_origin = "") { set $xaccel_x 1; }', _BYPASSES),
    Check("NGINX: other locations' expressions", IN_SERVER,
          'yield f"location ^~ {settings.prefix} {{"', 'yield f"location {settings.prefix} {{"',
          _BYPASSES),
    Check("NGINX: the allow list for redirects", IN_SERVER,
          """rf"^(?={settings.origins.expression('://')})\"""", 'r"^"', _ROWS),
    Check("NGINX: a redirect from https to http", IN_SERVER, '"https to http") { return 502; }',
          '"none") { return 502; }', _ROWS),
    Check("NGINX: credentials for another origin", IN_SERVER,
          '''        yield f'        set {kept_request(name)} "";\'''', "        pass", _CANARIES),
    Check("NGINX: the remote's X-Accel headers", IN_TRANSFER,
          "proxy_ignore_headers X-Accel-Redirect X-Accel-Limit-Rate",
          "proxy_ignore_headers X-Accel-Limit-Rate", _BYPASSES),
    Check("NGINX: the remote's headers, hidden", IN_TRANSFER, 'yield f"proxy_hide_header {name};"',
          "pass", _CANARIES),
    Check("NGINX: the client's headers", IN_TRANSFER,
          '    yield "proxy_pass_request_headers off;"\n', "", _CANARIES),
    Check("NGINX: signed URLs in its log", IN_MESSAGES, 'yield "error_log /dev/null emerg;"',
          "pass", _CANARIES),
    Check("NGINX: the remote's certificate", IN_TRANSFER, 'yield "proxy_ssl_verify on;"',
          'yield "proxy_ssl_verify off;"', _ROWS),
    Check("NGINX: the name in the remote's certificate", IN_TRANSFER,
          '        yield "proxy_ssl_name $xaccel_host;"\n', "", _ROWS),
    Check("NGINX: what is shown inline doesn't run", IN_TRANSFER, '"Content-Type", POLICY)',
          '"Content-Type")', _ROWS),
)  # fmt: skip
