"""Content-Disposition: RFC 6266 for the field, RFC 8187 for names beyond ASCII."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from tests.support.checks import QUICK, breaks_a_line, value_or_our_error
from xaccel_wsgi.errors import RemoteFileError
from xaccel_wsgi.rules.disposition import check_filename, content_disposition

# RFC 8187 section 3.2.1: attr-char or a percent triplet.
VALUE_CHARS = re.compile(r"(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*")


def _written(name: str) -> str:
    check_filename(name)
    return content_disposition("attachment", name)


def _fallback(name: str) -> str:
    found = re.search(r'; filename="([^"]*)"', _written(name))
    assert found is not None
    return found[1]


WRITTEN = {
    "no name": (None, "attachment"),
    "a plain name": ("report.pdf", 'attachment; filename="report.pdf"'),
    "a space within": ("my report.pdf", 'attachment; filename="my report.pdf"'),
    "a semicolon, which is quoted": ("a;b.pdf", 'attachment; filename="a;b.pdf"'),
    "a comma, which is quoted": ("a,b.pdf", 'attachment; filename="a,b.pdf"'),
    "a percent sign that is no triplet": ("100% a.pdf", 'attachment; filename="100% a.pdf"'),
    # RFC 6266 section 5 and appendix D.
    "accents": (
        "Q3 résumé.pdf",
        "attachment; filename=\"Q3 resume.pdf\"; filename*=UTF-8''Q3%20r%C3%A9sum%C3%A9.pdf",
    ),
    "the euro sign of RFC 6266": (
        "€ rates",
        "attachment; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates",
    ),
    # RFC 6266 appendix D: old clients would decode it.
    "a name that looks percent-encoded": (
        "%41.pdf",
        "attachment; filename=\"_41.pdf\"; filename*=UTF-8''%2541.pdf",
    ),
    # RFC 2047 section 2; Chromium decodes it, though HTTP has no encoded words.
    "a name that looks like an encoded word": (
        "=?utf-8?q?a?=.pdf",
        "attachment; filename=\"_utf-8?q?a?=.pdf\"; filename*=UTF-8''%3D%3Futf-8%3Fq%3Fa%3F%3D.pdf",
    ),
    "a quote": ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
    "an apostrophe beyond ASCII": (
        "é'*.pdf",
        "attachment; filename=\"e'*.pdf\"; filename*=UTF-8''%C3%A9%27%2A.pdf",
    ),
}


@pytest.mark.parametrize(("name", "value"), WRITTEN.values(), ids=WRITTEN)
def test_the_field_is_written_by_the_rfcs(name: str | None, value: str) -> None:
    """Current clients read the exact name, old ones a near one."""
    assert content_disposition("attachment", name) == value


def test_inline_may_have_a_name_too() -> None:
    """A file that is shown is saved under its name."""
    assert content_disposition("inline", "a.png") == 'inline; filename="a.png"'


ATTACKS = {
    "a header split by CR LF": "a.pdf\r\nSet-Cookie: a=b",
    "a header split by LF": "a\nb.pdf",
    "a NUL that ends C strings": "a.exe\0.pdf",
    "a next-line control": "a\x85b",
    "an escape sequence for a terminal": "\x1b[2Ja",
    "a DEL": "a\x7f",
    "a Unicode line separator": "a\u2028b",
    "a Unicode paragraph separator": "a\u2029b",
    "a path upwards": "../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a Windows path": "C:\\autoexec.bat",
    "the folder itself": ".",
    "the folder above": "..",
    "dots and spaces only, which Windows drops": " . . ",
    "spaces only": "  ",
    "an empty name": "",
    "a right-to-left override that turns gnp.exe into exe.png": "a\u202egnp.exe",
    "a right-to-left isolate": "a\u2067gnp.exe",
    "a zero-width space between equal names": "a\u200bb.pdf",
    "a byte order mark": "\ufeffa.pdf",
    "a lone surrogate that can't be encoded": "a\ud800.pdf",
}


@pytest.mark.parametrize("name", ATTACKS.values(), ids=ATTACKS)
def test_a_name_that_splits_or_deceives_is_refused(name: str) -> None:
    """No header carries it, and no client is asked to make sense of it."""
    with pytest.raises(RemoteFileError) as refused:
        check_filename(name)
    assert refused.value.field == "filename"


@pytest.mark.parametrize("name", [None, 5, b"a.pdf", ["a.pdf"]], ids=repr)
def test_something_else_than_text_is_refused(name: object) -> None:
    """Bytes have no name without an encoding."""
    with pytest.raises(RemoteFileError):
        check_filename(name)  # type: ignore[arg-type]


REMEDIES = {
    "a path": ("a/b", "basename"),
    "an invisible character": ("a\u202eb", "Remove it"),
    "an empty name": ("", "leave filename out"),
}


@pytest.mark.parametrize(("name", "remedy"), REMEDIES.values(), ids=REMEDIES)
def test_the_error_says_what_to_do(name: str, remedy: str) -> None:
    """A refused name comes with its remedy."""
    with pytest.raises(RemoteFileError) as refused:
        check_filename(name)
    assert remedy in refused.value.remedy


def test_the_error_names_the_character_by_its_code_point() -> None:
    """An invisible character is found by its number only."""
    with pytest.raises(RemoteFileError, match=r"U\+202E"):
        check_filename("a\u202eb")


ALLOWED = {
    "a joiner within an emoji": "👩\u200d💻.png",
    "a non-joiner of Persian": "می\u200cخواهم.txt",
    "Hebrew": "קובץ.txt",
    "Chinese": "报告.pdf",
    "combining accents": "re\u0301sume\u0301.pdf",
    "a dot file": ".profile",
    "an emoji with a variation selector": "❤\ufe0f.png",
}


@pytest.mark.parametrize("name", ALLOWED.values(), ids=ALLOWED)
def test_names_of_every_script_arrive(name: str) -> None:
    """Strict isn't English only."""
    assert parse_options_header(_written(name)) == ("attachment", {"filename": name})


UNSAFE_FALLBACKS = {
    "a fullwidth slash that becomes /": "a／b",
    "a fullwidth backslash that becomes one": "a＼b",
    "an account-of sign that becomes a/c": "a℀b",
    "a fullwidth quote that ends the string": "a＂; filename=evil.exe",
    "a fullwidth percent that becomes a triplet": "a％2Fb",
    "a two dot leader that becomes the folder above": "‥",
    "fullwidth dots that become the folder above": "．．",
    "a combining accent that leaves nothing": "\u0301",
    "a no-break space that becomes a space": "\u00a0",
}


@pytest.mark.parametrize("name", UNSAFE_FALLBACKS.values(), ids=UNSAFE_FALLBACKS)
def test_a_fallback_made_dangerous_by_normalisation(name: str) -> None:
    """The old clients' name is itself one that would be accepted (RFC 6266 section 4.3)."""
    fallback = _fallback(name)
    check_filename(fallback)
    assert re.search(r'["\\/]|%[0-9A-Fa-f]{2}', fallback) is None


@QUICK
@given(st.text())
@example("%41")
@example("a\\b")
@example("é" * 300)
def test_any_name_is_read_back_or_refused(name: str) -> None:
    """Another parser reads the very name that was given."""
    got = value_or_our_error(lambda: _written(name))
    if not isinstance(got, RemoteFileError):
        assert parse_options_header(str(got)) == ("attachment", {"filename": name})


@QUICK
@given(st.text())
def test_any_name_gives_one_line_of_ascii(name: str) -> None:
    """Neither the field nor the error can be split."""
    got = str(value_or_our_error(lambda: _written(name)))
    assert got.isascii()
    assert not breaks_a_line(got)


@QUICK
@given(st.text().map("é".__add__))
def test_the_extended_name_is_made_of_the_rfcs_characters(name: str) -> None:
    """RFC 8187 section 3.2.1, and decoding it gives the name, not the fallback."""
    got = value_or_our_error(lambda: _written(name))
    if not isinstance(got, RemoteFileError):
        encoded = str(got).rpartition("; filename*=UTF-8''")[2]
        assert VALUE_CHARS.fullmatch(encoded)
        assert unquote(encoded, errors="strict") == name
