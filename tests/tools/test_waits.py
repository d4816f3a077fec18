"""`make lint` refuses a test that waits for an event for less than 5 seconds."""

from pathlib import Path

import pytest

from tests.tools.loading import ROOT, tool

waits = tool("waits")


def test_ours_have_none() -> None:
    assert waits.main(ROOT) == 0


@pytest.mark.parametrize(
    "line",
    [
        "assert done.wait(2)",
        "done.wait(timeout=2.0)",
        "process.wait(3)",
        "thread.join(1.0)",
        "thread.join(timeout=1)",
        "queue.get(timeout=0.5)",
        "assert lock.acquire(True, 2)",
        "process.communicate(timeout=4)",
        "subprocess.run(command, timeout=4)",
        "await asyncio.wait_for(task, 1)",
        "connection.poll(1)",
        "socket.settimeout(0.2)",
        "wait_until(ready, 2.0)",
        "until(ready, within=2)",
        "end = time.monotonic() + 3",
        "assert future.result(SHORT)",
        "def wait_for(thing, timeout=2.0): pass",
        "def wait_for(thing, *, within=2.0): pass",
    ],
)
def test_a_wait_that_is_too_short_is_found(
    tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = tmp_path / "tests" / "test_planted.py"
    planted.parent.mkdir()
    planted.write_text(f"SHORT = 1.5\n{line}\n")
    assert waits.main(tmp_path) == 1
    assert capsys.readouterr().out.startswith("tests/test_planted.py:2: ")


@pytest.mark.parametrize(
    "line",
    [
        "assert done.wait(20)",
        "thread.join(LONG)",
        "gate.wait(0.02)",
        "assert not done.wait(0.3)",
        "with pytest.raises(queue.Empty): q.get(timeout=0.3)",
        "future.get(timeout=0)",
        "', '.join(words)",
        "found = table.get(1, 2)",
        "room.wait_for(Ended, 2)",
        "actor.ask(to, message, within=1.0)",
        "if feed.wait(0.05): pass  # short: the pace of a device",
        "slot = Slot(handler_timeout=0.2)",
    ],
)
def test_what_is_no_wait_for_an_event_passes(line: str) -> None:
    assert waits.faults_of(f"LONG = 20.0\n{line}\n") == []


def test_a_reason_must_be_given() -> None:
    assert waits.faults_of("assert done.wait(1)  # short:\n") == [(1, 1.0)]
