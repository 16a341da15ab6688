"""A file's name, as independent parsers read it back from Content-Disposition."""

import re

import pyrfc6266
import pytest
from django.utils.http import parse_header_parameters
from werkzeug.http import parse_options_header

from tests.support.checks import breaks_a_line
from xaccel_wsgi.errors import RemoteFileError
from xaccel_wsgi.rules.disposition import check_filename, content_disposition

from .amount import amount, generator
from .drawn import file_name


def _by_the_grammar(value: str) -> str:
    """Returns the name as RFC 6266 section 4.3 has it: `filename*`, if it is there."""
    _, parameters = pyrfc6266.parse(value)
    found = {parameter.name: parameter.value for parameter in parameters}
    return str(found.get("filename*", found.get("filename")))


@pytest.mark.attack("a file name that clients could read differently", "the name that was given")
def test_every_parser_reads_the_name_that_was_given(tries) -> None:
    """100,000 with `make fuzz`: Werkzeug's, Django's, and one made from the RFC's grammar."""
    r = generator("file names")
    read = 0
    tries(amount(100_000))
    while read < amount(100_000):
        name = file_name(r)
        try:
            check_filename(name)
        except RemoteFileError:
            continue
        value = content_disposition("attachment", name)
        assert not breaks_a_line(value), name
        assert value.isascii(), name
        assert parse_options_header(value)[1]["filename"] == name
        assert parse_header_parameters(value)[1]["filename"] == name
        assert _by_the_grammar(value) == name
        # RFC 6266 appendix D: the old clients' name needs no unescaping, and decodes to itself.
        fallback = re.findall(r'; filename="([^"\\]*)"', value)
        assert len(fallback) == 1, name
        check_filename(fallback[0])
        read += 1
