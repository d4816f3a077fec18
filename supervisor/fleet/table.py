"""The homes of a fleet as a table."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from config.syntax.mask import printable
from supervisor.fleet.health import Row

_STYLES = {"ok": "green", "degraded": "yellow", "down": "red", "starting": "cyan"}
_COLUMNS = (
    "home",
    "state",
    "health",
    "private",
    "proportional",
    "cpu",
    "turns",
    "p95",
    "tokens/s",
    "not well",
)


def table(rows: Sequence[Row]) -> Table:
    """A row for each home, and the sums."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in _COLUMNS:
        made.add_column(name, justify="left" if name in ("home", "state", "health", "not well") else "right")
    for row in rows:
        made.add_row(*_cells(row))
    running = [row for row in rows if row.processes]
    if len(running) > 1:
        made.add_row(
            f"{len(running)} of {len(rows)}",
            "",
            "",
            _mb(sum(row.private for row in running)),
            _mb(sum(row.proportional for row in running)),
            _percent(sum(row.cpu for row in running)),
            str(sum(row.turns for row in running)),
            style="bold",
        )
    return made


def _cells(row: Row) -> tuple[str | Text, ...]:
    if not row.processes:
        return (row.name, row.state, row.health)
    return (
        row.name,
        row.state,
        Text(row.health, _STYLES.get(row.health, "")),
        _mb(row.private),
        _mb(row.proportional),
        _percent(row.cpu),
        str(row.turns),
        "" if row.p95 is None else f"{row.p95:.2f} s",
        "" if row.tokens is None else f"{row.tokens:.0f}",
        printable(", ".join(row.unwell[:4])),
    )


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size else ""


def _percent(part: float) -> str:
    return f"{100 * part:.1f} %"
