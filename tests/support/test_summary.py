"""What failed is read as pytest says it."""

from .summary import failed_tests

SAID = """\
=========================== short test summary info ============================
FAILED tests/a.py::test_b
FAILED tests/a.py::test_c[two words - and more] - assert [1] == [2]
ERROR tests/d.py - ImportError: no
2 failed, 1 error in 0.10s
"""


def test_failures_and_errors_are_named() -> None:
    """As pytest takes them: with all of their parameters, and without the reason."""
    assert failed_tests(SAID) == [
        "tests/a.py::test_b",
        "tests/a.py::test_c[two words - and more]",
        "tests/d.py",
    ]
