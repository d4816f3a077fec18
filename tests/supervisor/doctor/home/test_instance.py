"""What the running instance says of itself."""

from pathlib import Path
from typing import Any

from supervisor.doctor.home.instance import judge
from supervisor.doctor.running import Running, look
from tests.supervisor.doctor.conftest import said

ROW = {
    "kind": "actor",
    "state": "running",
    "health": "OK",
    "reason": "",
    "remedy": "",
    "last_error": "",
    "address": "llm",
}


def status(*rows: dict[str, Any], ready: bool = True, safe: bool = False) -> dict[str, Any]:
    return {"ready": ready, "safe": safe, "actors": [ROW, *rows]}


def test_nothing_that_runs_is_a_note(tmp_path: Path) -> None:
    running = look(tmp_path)
    assert not running.is_there
    (found,) = judge(running)
    assert found.severity == "note"
    assert "no Gerald runs" in found.seen


def test_one_that_does_not_answer_is_a_problem() -> None:
    (found,) = judge(Running(7, "process 7 runs in /x but does not answer: it is suspended"))
    assert (found.severity, found.seen) == (
        "problem",
        "process 7 runs in /x but does not answer: it is suspended",
    )


def test_an_actor_that_is_not_well_is_a_problem_in_its_own_words() -> None:
    bad = ROW | {"address": "audio.speaker", "health": "DOWN", "reason": "no device", "remedy": "plug it in"}
    off = ROW | {"address": "vision.camera", "state": "disabled", "health": "DOWN"}
    above = bad | {"address": "body", "kind": "supervisor", "reason": "audio.speaker DOWN"}
    told = ROW | {"address": "osc.query", "reason": "announced"}
    found = judge(Running(7, status=status(above, bad, off, told), age=62.0))
    assert said(found) == ["ok: READY, process 7, up 0:01:02", "problem: audio.speaker is DOWN: no device"]
    assert found[1].remedy == "plug it in"


def test_one_that_is_not_ready_or_safe_is_told() -> None:
    assert said(judge(Running(7, status=status(ready=False)))) == [
        "problem: process 7, up 0:00:00, is not ready"
    ]
    assert said(judge(Running(7, status=status(safe=True)))) == [
        "note: process 7, up 0:00:00, started with --safe"
    ]
