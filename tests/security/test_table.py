"""The committed table is of these tests, and says that nothing got through."""

import pytest

from .table import MARKS, Row, Table, read_page

pytest_plugins = ("pytester",)

COMMITTED = read_page()


@pytest.fixture
def collected(request: pytest.FixtureRequest) -> Table:
    """What the tests of this run try."""
    table = request.config.pluginmanager.get_plugin("security-table")
    assert isinstance(table, Table)
    return table


def test_the_table_has_every_kind(collected: Table) -> None:
    """Run `make security-table` where it doesn't."""
    listed = {(row.section, row.kind, row.outcome) for row in COMMITTED}
    tried = {(row.section, row.kind, row.outcome) for row in collected.rows.values()}
    assert tried - listed == set()


def test_the_table_has_no_other_kind(collected: Table, request: pytest.FixtureRequest) -> None:
    """Nothing stands there that no test tries any more."""
    if request.config.args != request.config.getini("testpaths"):
        pytest.skip("only the whole suite knows all kinds")
    assert {(row.section, row.kind) for row in COMMITTED} == set(collected.rows)


@pytest.mark.parametrize("row", COMMITTED, ids=lambda row: f"{row.section}: {row.kind}")
def test_nothing_got_through(row: Row) -> None:
    """Each kind was tried, and no try failed."""
    assert row.tries.total() > 0
    assert row.failures == 0


EXAMPLE = """
import pytest

@pytest.mark.fault("a remote that is silent", "504")
@pytest.mark.parametrize("carrier", ["nginx", "stream"])
def test_silence(carrier):
    pass

@pytest.mark.fault("a remote that is silent", "504", carrier="stream")
def test_longer_silence():
    pass

@pytest.mark.attack("a | in a name", "refused")
def test_name(tries):
    tries(1200)

@pytest.mark.attack("a name that is too long", "refused")
def test_long_name():
    assert False

@pytest.mark.bypass("a way that isn't here", "404", carrier="nginx")
def test_skipped():
    pytest.skip("not on this machine")
"""


def test_tests_are_counted(pytester: pytest.Pytester) -> None:
    """By kind and carrier; what failed and what was skipped too."""
    pytester.makepyfile(EXAMPLE)
    page = pytester.makefile(".md", "before\n\n" + MARKS + "\nafter")
    pytester.runpytest("-p", "tests.security.table", f"--security-table={page}", "-q")
    assert page.read_text().startswith("before\n")
    assert page.read_text().endswith("\nafter")
    assert [(row.kind, dict(row.tries), row.failures) for row in read_page(page)] == [
        ("a way that isn't here", {}, 0),
        ("a | in a name", {"": 1200}, 0),
        ("a name that is too long", {"": 1}, 1),
        ("a remote that is silent", {"nginx": 1, "stream": 2}, 0),
    ]


def test_a_kind_ends_in_one_way(pytester: pytest.Pytester) -> None:
    """Two tests that expect something else of the same are a mistake of ours."""
    pytester.makepyfile(EXAMPLE.replace('"504", carrier="stream"', '"502"'))
    result = pytester.runpytest("-p", "tests.security.table")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
