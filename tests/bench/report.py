"""The figures as a table, on the console and between the marks of docs/performance.md."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.shops import Cost

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
BEGIN_CHECKOUTS = "<!-- checkouts: written by make bench -->"
END_CHECKOUTS = "<!-- end of checkouts -->"
BEGIN_PHOTOS = "<!-- photos: written by python -m tests.bench photos -->"
END_PHOTOS = "<!-- end of photos -->"
HEAD = (
    "| goods | page | cards | SQL | app CPU, ms | ratio | PostgreSQL, ms | search server, ms | all, ratio | kB |\n"
    "|---|---|---|---|---|---|---|---|---|---|\n"
)


@dataclass(frozen=True)
class Row:
    """One step at one size: what it cost each shop, turn by turn."""

    step: str
    size: int
    ours: Sequence[Cost]
    stock: Sequence[Cost]

    @property
    def ratio(self) -> float:
        """How many times dearer stock is, by the medians of application CPU."""
        return median(self.stock, lambda cost: cost.cpu_ms) / median(
            self.ours, lambda cost: cost.cpu_ms
        )

    @property
    def ratio_of_all(self) -> float:
        """The same with the servers behind counted in."""
        return _all(self.stock) / _all(self.ours)


def _all(costs: Sequence[Cost]) -> float:
    behind = statistics.mean(cost.pg_ms + cost.search_ms for cost in costs)
    return median(costs, lambda cost: cost.cpu_ms) + behind


def median(costs: Sequence[Cost], of: Callable[[Cost], float]) -> float:
    return statistics.median(of(cost) for cost in costs)


def table(rows: Sequence[Row]) -> str:
    """Stock → ours in every column: medians, but for the servers behind, which are means (they tick coarsely)."""
    return HEAD + "".join(_line(row) for row in rows)


def _line(row: Row) -> str:
    def pair(of: Callable[[Cost], float], form: str) -> str:
        return f"{median(row.stock, of):{form}} → {median(row.ours, of):{form}}"

    pg = [statistics.mean(cost.pg_ms for cost in costs) for costs in (row.stock, row.ours)]
    search = statistics.mean(cost.search_ms for cost in row.ours)
    cells = (
        f"{row.size:,}",
        row.step.replace("_", " "),
        pair(lambda cost: cost.cards, ".0f"),
        pair(lambda cost: cost.sql, ".0f"),
        pair(lambda cost: cost.cpu_ms, ".1f"),
        f"**{row.ratio:.1f}×**",
        f"{pg[0]:.1f} → {pg[1]:.1f}",
        f"{search:.1f}" if search else "–",
        f"{row.ratio_of_all:.1f}×",
        pair(lambda cost: cost.size / 1000, ".0f"),
    )
    return f"| {' | '.join(cells)} |\n"


def print_table(rows: Sequence[Row]) -> None:
    print(table(rows))


def write_document(rows: Sequence[Row], *, rounds: int) -> None:
    write_between(BEGIN, END, f"{table(rows)}\nStock → ours, {rounds} turns a row.")


def write_between(begin: str, end: str, figures: str) -> None:
    """Replace what stands between two marks of the document."""
    before, _, rest = DOCUMENT.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{begin}\n{figures}\n{end}{after}", "utf-8")
