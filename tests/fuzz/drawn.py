"""What is tried: URLs, hosts and file names, most of them legal, with what breaks parsers."""

import random
import string

# RFC 3986 section 3.3: pchar without percent signs; and what browsers and stores leave bare.
_PLAIN = string.ascii_letters + string.digits + "-._~!$&'()*+,;=:@" + '"<>^`{|}[]'
_PIECES = (
    "//", "/./", "/...", "..a", "/.", "%2e%2e", "/%2E%2e/", "%00", "%0a", "%0d%0aX:%20y", "%25",
    "%2525", "%252e", "%2F", "%2f..%2f", "%3F", "%3fa=b", "%5C", "%23", "%", "%%", "%2", "%zz",
    "%%32", "$host", "${args}", "$1", "\u00e9", "\u65e5\u672c", "\U0001f600", "e\u0301", "+",
    "%20", "%2B", "%c3%a9", "%C3%A9", "%ff", "%7f", "%E2%80%AE", "http://", "@", ":", ";",
    "&amp;",
)  # fmt: skip
_QUERIES = (
    "X-Amz-Signature=", "X-Amz-Credential=A%2Feu", "?", "/", "&", "=", "%26", "%3D", "a[]=1",
    "/../", "..", "response-content-disposition=attachment%3B%20filename%3D%22a%22", "%", "%2",
    "\u00e9",
)  # fmt: skip


def _mixed(r: random.Random, pieces: tuple[str, ...], most: int) -> str:
    """Returns a text of plain characters, percent triplets and pieces."""
    out = []
    for _ in range(r.randrange(most)):
        kind = r.random()
        if kind < 0.5:
            out.append("".join(r.choices(_PLAIN, k=r.randrange(1, 9))))
        elif kind < 0.7:
            out.append(f"%{r.randrange(256):{r.choice(('02x', '02X'))}}")
        else:
            out.append(r.choice(pieces))
    return "".join(out)


def target(r: random.Random) -> str:
    """Returns path and query as an application might have them."""
    path = "/" + "/".join(_mixed(r, _PIECES, 6) for _ in range(r.randrange(1, 5)))
    return f"{path}?{_mixed(r, _QUERIES, 6)}" if r.random() < 0.5 else path


_LABELS = (
    "a", "s3", "xn--fa-hia", "bucket-1", "old_bucket", "0", "127", "1x", "0x7f", "a--b", "A1",
)  # fmt: skip
_ADDRESSES = (
    "127.0.0.1", "192.0.2.7", "8.8.8.8", "0.0.0.0", "255.255.255.255", "127.1", "127.0.1",
    "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.01", "127.0.0.1.", "1.2.3.4.5",
    "1.2.3.256", "127.0.0.1.example", "[::1]", "[::]", "[2001:db8::7]", "[2001:DB8:0:0:0:0:0:7]",
    "[::ffff:1.2.3.4]", "[::ffff:102:304]", "[fe80::1%25eth0]", "[1::2::3]", "[::1", "::1",
    "[v1.a]", "[]", "[::1]a",
)  # fmt: skip
_ODDITIES = (
    "@", "user@", "user:secret@", ":", "..", ".", "-", "_", "\\", "%", "%2e", "%00", "%2f", "/",
    "?", "#", " ", "\t", "\x0b", "\x7f", ";", ",", "!", "$", "&", "'", "*", "+", "=", "~", "|",
    "^", "`", '"', "<", ">", "{", "}", "[", "]", "\u00e9", "\u3002", "\uff0e", "\u00df", "\u212a",
    "\u200d", "\u0000", "\r", "\n", "unix:/tmp/s:", "//", "..%2f", "0x", "1e3",
)  # fmt: skip
_PORTS = (
    "", "", "", ":80", ":443", ":8080", ":65535", ":1", ":0", ":65536", ":080", ":", ":a", ":+1",
    ":80:80", ": 80", ":8_0", ":\u0664",
)  # fmt: skip


def host(r: random.Random) -> str:
    """Returns a whole URL whose authority is legal, or was before something was done to it."""
    kind = r.random()
    if kind < 0.1:
        name = r.choice(_ADDRESSES)
    elif kind < 0.15:
        name = ".".join(str(r.randrange(300)) for _ in range(4))
    elif kind < 0.2:
        name = f"[{':'.join(f'{r.randrange(65536):x}' for _ in range(8))}]"
    else:
        letters = string.ascii_letters + string.digits
        labels = [
            r.choice(_LABELS)
            if r.random() < 0.3
            else "".join(r.choices(letters, k=r.choice((1, 3, 3, 9, 9, 9, 20, 20, 63, 64))))
            for _ in range(r.randrange(1, 5))
        ]
        name = ".".join(labels)
    authority = name + (r.choice(_PORTS) if r.random() < 0.5 else "")
    if r.random() < 0.25:
        for _ in range(r.choice((1, 1, 2))):
            at = r.randrange(len(authority) + 1)
            authority = authority[:at] + r.choice(_ODDITIES) + authority[at:]
    scheme = r.choice(("http", "https", "http", "https", "HTTP", "hTTps"))
    return f"{scheme}://{authority}{r.choice(('/k', '/', '', '?a', '/@b', '/a:b@c.example'))}"


_ALPHABETS = (
    string.ascii_letters + string.digits,
    " -_.,;=()'!~+&@$^`{}[]#%",
    '"*?<>|:',
    "\u00e9\u00e8\u00df\u00f8\u0142\u0131\u0130\u00c5",
    "\u65e5\u672c\u8a9e\u62a5\u544a\ud55c\uad6d",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u05e7\u05d5\u05d1\u05e5",
    "\U0001f600\U0001f469\u200d\U0001f4bb\u2764\ufe0f",
    "\u0301\u0308\u00a0\u2003\u3000\uff0f\uff3c\u2025\uff05\u2044",
)
_NAME_PIECES = (
    "%41", "%2F", "%", "filename=", "UTF-8''", ";", '"', "'", "=?utf-8?q?a?=", ".pdf", "..", "\\",
)  # fmt: skip


def file_name(r: random.Random) -> str:
    """Returns a name as a person, or an attacker, might give a file."""
    out = []
    for _ in range(r.randrange(1, 7)):
        if r.random() < 0.15:
            out.append(r.choice(_NAME_PIECES))
        else:
            out.append("".join(r.choices(r.choice(_ALPHABETS), k=r.randrange(1, 9))))
    return "".join(out)
