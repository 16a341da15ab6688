"""What a subject found, and how it stands on the page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .plot import bars


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise, and what was measured.

    Attributes:
        says: What is promised, as a phrase.
        measured: The figure.
        limit: What it has to keep.
        at_least: Whether it has to be at least that, or at most.
    """

    says: str
    measured: float
    limit: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> tuple[str, str, str, str]:
        """Returns the cells of its line in a table."""
        limit = f"{'at least' if self.at_least else 'at most'} {self.limit:g}"
        return self.says, limit, f"{self.measured:.3g}", "holds" if self.holds else "**doesn't**"


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows; the first cell of each names it."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def lines(self) -> Iterator[str]:
        """Yields its lines in Markdown, figures to the right."""
        yield f"| {' | '.join(self.heads)} |"
        yield f"| --- |{' ---: |' * (len(self.heads) - 1)}"
        for row in self.rows:
            yield f"| {' | '.join(row)} |"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture beside the page: its file's name, what it shows, and the SVG."""

    name: str
    shows: str
    svg: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One subject's part of the page.

    Attributes:
        title: Its heading.
        text: What was measured and how, in Markdown.
        tables, plots, bounds: What came out.
    """

    title: str
    text: str
    tables: Sequence[Table] = ()
    plots: Sequence[Plot] = ()
    bounds: Sequence[Bound] = field(default=())

    def lines(self, folder: str) -> Iterator[str]:
        """Yields its Markdown; plots are in `folder`."""
        yield f"## {self.title}"
        yield ""
        yield from self.text.strip().splitlines()
        yield ""
        for plot in self.plots:
            yield f"![{plot.shows}]({folder}/{plot.name}.svg)"
            yield ""
        for table in self.tables:
            yield from table.lines()
            yield ""
        if self.bounds:
            heads = ("promised", "", "measured", "")
            yield from Table(heads, [bound.row() for bound in self.bounds]).lines()
            yield ""


def comparison(
    name: str, title: str, unit: str, values: Mapping[str, float], *, to: str, ours: Sequence[str]
) -> tuple[Table, Plot]:
    """Returns the table and the plot of values that are compared with one of them.

    Args:
        name: Of the plot's file.
        title: Of both.
        unit: Of the values.
        values: By whom they are of.
        to: With whom all are compared.
        ours: Who stands out in the plot.
    """
    rows = [(n, f"{value:,.0f}", f"{value / values[to]:.2f}") for n, value in values.items()]
    table = Table((title, unit, f"to {to}"), rows)
    return table, Plot(name, f"{title}: {unit}", bars(title, values, unit, ours=ours))
