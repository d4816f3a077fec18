"""SIGKILL at any instant, while several nodes record as fast as they can."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from supervisor.trace.analyse.check import check
from supervisor.trace.layout import segments
from supervisor.trace.read.reader import Trace
from supervisor.trace.records import HandledLine

RUN = "20261123T190000Z-1"
NODES = ("root", "detector/1", "llm.local")
LATE = 0.2
"""Seconds before the kill of which records may be missing."""
TURNS = 4
"""How often the writer waits for its turn in one flush."""
RECENT = 1.0
"""Seconds before its last word in which a node's share of a processor is looked at."""
RECENT_LINES = 2_000

WRITER = """
import sys, threading, time
from pathlib import Path
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Noted, envelope, handled
recorder = Recorder(Path(sys.argv[1]), sys.argv[3], run=sys.argv[2], max_segment_size=300_000)
late = 0.0
def beat():
    global late
    while True:
        due = time.monotonic() + 0.005
        time.sleep(0.005)
        late = max(late * 0.99, time.monotonic() - due)
threading.Thread(target=beat, daemon=True).start()
recorder.append(handled(envelope(1, Noted(1))))
assert recorder.flush(60.0)
number = 1
while True:
    for _ in range(50):
        number += 1
        recorder.append(handled(envelope(number, Noted(number))))
    print(number, time.time(), late, time.process_time(), flush=True)
"""


class Said(NamedTuple):
    """What a node said: how many it had appended, when, how late a thread of it came to its turn of late, and what
    processor time it had had (seconds)."""

    number: int
    at: float
    late: float
    computed: float


def killed(directory: Path, seconds: float) -> tuple[float, dict[str, list[Said]]]:
    """Let every node write for so long and kill them all; when that was, and what each had said."""
    command = [sys.executable, "-c", WRITER, str(directory), RUN]
    victims = {
        node: subprocess.Popen([*command, node], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
        for node in NODES
    }
    said: dict[str, list[str]] = {node: [] for node in NODES}
    listeners = [threading.Thread(target=_listen, args=(victims[node], said[node])) for node in NODES]
    for listener in listeners:
        listener.start()
    while not all(said.values()):
        time.sleep(0.01)
    time.sleep(seconds)
    # Only a run that is longer than what may be missing of it can show that the rest is there.
    while not all(_due(_progress(lines[:1] + lines[-RECENT_LINES:]), time.time()) for lines in said.values()):
        time.sleep(0.05)
    at = time.time()
    for victim in victims.values():
        victim.send_signal(signal.SIGKILL)
    for victim, listener in zip(victims.values(), listeners, strict=True):
        victim.wait(30.0)
        listener.join(30.0)
    return at, {node: _progress(lines) for node, lines in said.items()}


def _progress(lines: list[str]) -> list[Said]:
    whole = (line.split() for line in lines if line.endswith("\n"))
    return [Said(int(n), float(at), float(late), float(computed)) for n, at, late, computed in whole]


def _allowance(progress: list[Said]) -> float:
    """Seconds before the kill of which records may be missing.

    Each node computes without a pause, so on a machine that is busy with something else it gets a part of a processor,
    its writer needs so much longer for the same work, and each of the writer's turns begins late.
    """
    last = progress[-1]
    recent = [said for said in progress if said.at >= last.at - RECENT]
    shared = (last.at - recent[0].at) / max(last.computed - recent[0].computed, 0.001)
    return LATE * max(1.0, shared) + TURNS * max(said.late for said in recent)


def _due(progress: list[Said], at: float) -> int:
    """How many records must be readable after a kill at that time."""
    before = at - _allowance(progress)
    return max((said.number for said in progress if said.at < before), default=0)


def _listen(victim: "subprocess.Popen[str]", said: list[str]) -> None:
    """Take what it says at once, since a full pipe would slow it down."""
    with victim.stdout or sys.stdin as lines:
        said.extend(lines)


@pytest.mark.parametrize("seed", range(8 if os.environ.get("GERALD_SOAK") else 2))
def test_everything_older_than_200_ms_is_readable_in_all_nodes(tmp_path: Path, seed: int) -> None:
    at, progress = killed(tmp_path, random.Random(seed).uniform(0.5, 2.0))
    trace = Trace(tmp_path / RUN)
    found: dict[str, list[int]] = {node: [] for node in NODES}
    for entry in trace.scan():
        assert isinstance(entry.line, HandledLine)
        found[entry.node].append(entry.line.message["number"])
    assert len(segments(trace.folder)) > len(NODES)
    for node in NODES:
        numbers = found[node]
        assert numbers == list(range(1, len(numbers) + 1)), f"{node} has holes"
        due = _due(progress[node], at)
        missing = max((at - said.at for said in progress[node] if said.number > len(numbers)), default=0.0)
        may_be = _allowance(progress[node])
        assert len(numbers) >= due, f"{node}: {missing:.3f} s are missing, {may_be:.3f} s may be"
    report = check(trace)
    assert report.damage == ()
    assert {torn.why.split(":")[0] for torn in trace.torn} <= {"not finished", "cut short"}
    # One that was between two files at that instant has closed the last one.
    open_ones = [segment for segment in report.segments if not segment.finished]
    assert len({segment.node for segment in open_ones}) == len(open_ones)
    assert sum("was killed" in line for line in report.incomplete) == len(open_ones)
    assert any(open_ones)
