"""Writes the table of docs/metrics.md from supervisor/metrics/catalogue.py.

`python tools/metrics_page.py` writes it; with --check the exit status says whether it is up to date.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from supervisor.metrics.catalogue import METRICS

MARK = "<!-- Below this line `make docs` writes what supervisor/metrics/catalogue.py says. -->\n"
DOCUMENT = Path(__file__).parents[1] / "docs" / "metrics.md"


def page(text: str) -> str:
    """The document with its generated part renewed."""
    head, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT.name} has lost its line {MARK.strip()}")
    return head + mark + "".join(_table())


def _table() -> Iterator[str]:
    yield "\n| metric | type | labels | what it is |\n|---|---|---|---|\n"
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {labels} | {metric.about} |\n"


def main() -> int:
    text = DOCUMENT.read_text("utf-8")
    new = page(text)
    if "--check" in sys.argv[1:]:
        return int(new != text)
    DOCUMENT.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
