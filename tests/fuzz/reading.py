"""How NGINX reads the target of an X-Accel-Redirect, written down from its source.

Not from our code: `ngx_http_parse_unsafe_uri` splits and checks, `ngx_unescape_uri` with type 0
decodes. Both are followed byte for byte, malformed input included.
"""

_HEX = {ord(digit): int(digit, 16) for digit in "0123456789abcdefABCDEF"}


def read_unsafe_uri(uri: bytes) -> tuple[bytes, bytes] | None:
    """Returns path and arguments as NGINX has them afterwards; None where it refuses."""
    if not uri or uri.startswith(b"?") or _begins_upwards(uri):
        return None
    path, _, args = uri.partition(b"?")
    # The first pass ends at the question mark, but looks beyond it for the end of a segment.
    if b"\0" in path or any(
        uri[at + 3 : at + 4] in (b"", b"/") for at in range(len(path)) if uri[at : at + 3] == b"/.."
    ):
        return None
    if b"%" in path:
        path = unescape(path)
        if b"\0" in path or _begins_upwards(path) or b"/../" in path or path.endswith(b"/.."):
            return None
    return path, args


def _begins_upwards(path: bytes) -> bool:
    return path == b".." or path.startswith(b"../")


def unescape(text: bytes) -> bytes:
    """Decodes as `ngx_unescape_uri` does: a malformed triplet loses more than its percent sign."""
    out = bytearray()
    state, first = "usual", 0
    for byte in text:
        if state == "usual":
            if byte == 0x25:
                state = "quoted"
            else:
                out.append(byte)
        elif state == "quoted":
            if byte in _HEX:
                first, state = _HEX[byte], "second"
            else:
                out.append(byte)
                state = "usual"
        else:
            if byte in _HEX:
                out.append(first << 4 | _HEX[byte])
            state = "usual"
    return bytes(out)
