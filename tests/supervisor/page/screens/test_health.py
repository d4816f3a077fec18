"""The worst first, and the last report of the doctor."""

from pathlib import Path
from typing import Any

import pytest

from supervisor.page.screens.health import grouped, last_report, unwell


def row(address: str, health: str, state: str = "running", remedy: str = "") -> dict[str, Any]:
    return {"address": address, "kind": "actor", "health": health, "state": state, "remedy": remedy}


def test_the_unwell_come_worst_first_and_who_is_off_or_well_does_not() -> None:
    status = {
        "actors": [
            row("a", "OK"),
            row("b", "STARTING"),
            row("c", "DEGRADED"),
            row("d", "DOWN"),
            row("e", "DOWN", state="disabled"),
            row("f", "OK", remedy="plug it in"),
            {**row("root", "DEGRADED"), "kind": "supervisor"},
        ]
    }
    assert [one["address"] for one in unwell(status)] == ["d", "c", "b", "f"]


def test_findings_are_grouped_the_worst_first() -> None:
    findings = [{"severity": one, "seen": one} for one in ("ok", "problem", "ok")]
    assert [(one, len(of)) for one, _, of in grouped(findings)] == [("problem", 1), ("ok", 2)]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"at": "x", "report": {}}', '{"at": 1, "report": 3}', "[" * 100_000]
)
def test_a_report_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "doctor.json"
    file.write_text(text)
    assert last_report(file) == (0.0, {})
