"""What is kept in git: the survivors that were argued, and the figures of the last run of each part."""

import json
from pathlib import Path
from typing import Any

import yaml
from mutants import Mutant
from score import Score

ARGUED = "tests/mutation/argued.yaml"
RESULTS = "tests/mutation/results.json"
PAGE = "docs/mutation.md"
MARK = "<!-- Below this line: written by `make mutants`. -->"


def argued(root: Path) -> dict[tuple[str, str, str, str], str]:
    """The reasons, by path, function, line as it was and line as it becomes.

    Raises ValueError for an entry without a reason."""
    file = root / ARGUED
    entries = yaml.safe_load(file.read_text("utf-8")) if file.exists() else []
    for entry in entries or ():
        if len(str(entry.get("reason", "")).split()) < 4:
            raise ValueError(f"{ARGUED}: {entry.get('path')}, {entry.get('was')!r}: say why it is no bug")
    return {
        (entry["path"], entry["within"], entry["was"], entry["becomes"]): entry["reason"]
        for entry in entries or ()
    }


def key(mutant: Mutant) -> tuple[str, str, str, str]:
    """How the list of the argued ones names it."""
    return mutant.path, mutant.within, mutant.was, mutant.becomes


def results(root: Path) -> dict[str, Any]:
    """By part."""
    file = root / RESULTS
    return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}


def keep(root: Path, part: str, score: Score, *, late: int, possible: int) -> None:
    """Note the figures of a part, and write the table anew."""
    known = results(root) | {
        part: {
            "places": possible,
            "mutants": score.killed + score.argued + score.survived,
            "killed": score.killed,
            "by_time_out": late,
            "argued": score.argued,
            "survived": score.survived,
        }
    }
    (root / RESULTS).parent.mkdir(parents=True, exist_ok=True)
    (root / RESULTS).write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    page = root / PAGE
    head = page.read_text("utf-8").partition(MARK)[0] if page.exists() else ""
    page.write_text(f"{head}{MARK}\n\n{table(known)}", "utf-8")


def table(known: dict[str, Any]) -> str:
    """In Markdown."""
    rows = [
        "| part | places | mutants | killed | of them by time-out | argued | survived | score | at least |"
    ]
    rows.append("|---|" + "---:|" * 8)
    for part, figures in known.items():
        score = Score(figures["killed"], figures["argued"], figures["survived"])
        cells = (
            part,
            *(figures[name] for name in ("places", "mutants", "killed", "by_time_out", "argued", "survived")),
        )
        rows.append(f"| {' | '.join(map(str, cells))} | {score.share:.1%} | {score.at_least:.1%} |")
    return "\n".join(rows) + "\n"
