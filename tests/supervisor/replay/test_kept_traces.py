"""Recorded sessions, replayed against today's code. An intended change: `supervisor replay FILE --accept`."""

from pathlib import Path

import pytest

from supervisor.replay.replayer import Replayer

WITH_PLUGIN = Path(__file__).parents[2] / "traces" / "plugins" / "high-five.mcap"
"""Of a session with the template of docs/plugin-template/, which is not installed here."""
TRACES = sorted((Path(__file__).parents[2] / "traces").glob("*.mcap"))


def test_there_are_some() -> None:
    assert len(TRACES) >= 2


@pytest.mark.parametrize("trace", TRACES, ids=lambda path: path.stem)
def test_what_was_done_then_is_done_today(trace: Path) -> None:
    report = Replayer(trace).run()
    first = report.divergences[0] if report.divergences else None
    assert report.identical, f"supervisor replay {trace}: {first}"
    assert not report.skipped
    assert not report.torn
    assert report.messages > 100


def test_a_plugin_that_is_not_installed_is_replayed_around_and_named() -> None:
    report = Replayer(WITH_PLUGIN).run()
    assert report.skipped == {"example.highfive": "it is of the plugin example, which is not installed"}
    assert "example.highfive" not in report.actors
    assert {"conversation", "behaviour", "users"} <= set(report.actors)
    assert report.messages > 100
