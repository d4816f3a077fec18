"""Pinned actors: real spawned processes, what becomes of their mail when they die, and that nothing is left behind."""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from actors.kernel.directory import Directory
from actors.kernel.protocol.lifecycle import Failure, Stop
from actors.kernel.thread_host import ExternalClient
from supervisor.nodes.boot import Boot
from supervisor.nodes.process import ProcessHandle
from supervisor.nodes.worker_process import WorkerProcess
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from tests.doubles.actors import Crash, Die, Said, Say
from tests.doubles.held_end import held_open

WITHIN = 20.0


class Pinned:
    """A slot with a process in it, and what its supervisor hears."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self.slot = ActorSlot(ChildSpec("echo", "tests.doubles.actors:Echo", pin="process"), "", 0)
        self.directory.open("echo", self.slot.mailbox)
        self.ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[Failure | None] = queue.SimpleQueue()

    def launch(self, actor: str = "tests.doubles.actors:Echo") -> ProcessHandle:
        return self.run(WorkerProcess(self.boot(actor)))

    def boot(self, actor: str = "tests.doubles.actors:Echo") -> Boot:
        self.slot.incarnation += 1
        return Boot("echo", self.slot.incarnation, actor, (), {}, ".", "seed", "", "run", "INFO", {})

    def run(self, child: WorkerProcess) -> ProcessHandle:
        number = self.slot.incarnation
        return ProcessHandle(
            self.slot, child.boot, self.directory, lambda: self.ready.put(number), self.ended.put, child
        )

    def say(self, text: str) -> Said:
        answer = self.client.answer("echo", Say(text), WITHIN)
        assert isinstance(answer, Said)
        return answer


@pytest.fixture
def pinned() -> Pinned:
    return Pinned()


def stop(pinned: Pinned) -> Failure | None:
    pinned.client.tell("echo", Stop())
    return pinned.ended.get(timeout=WITHIN)


def test_a_pinned_actor_answers_from_another_process_and_stops_in_order(pinned: Pinned) -> None:
    life = pinned.launch()
    assert pinned.ready.get(timeout=WITHIN) == 1
    said = pinned.say("hello")
    assert (said.text, said.pid) == ("hello", life.pid)
    assert said.pid != os.getpid()
    assert stop(pinned) is None
    assert not psutil.pid_exists(life.pid)


def test_mail_sent_before_the_process_is_up_is_handled(pinned: Pinned) -> None:
    future = pinned.client.ask("echo", Say("early"))
    pinned.launch()
    assert future.get(timeout=WITHIN).text == "early"
    stop(pinned)


@pytest.mark.parametrize("poison", [Crash(), Die()])
def test_a_death_loses_only_the_message_being_handled_and_names_it(
    pinned: Pinned, poison: Crash | Die
) -> None:
    pinned.launch()
    pinned.ready.get(timeout=WITHIN)
    before = [pinned.client.ask("echo", Say(f"before {n}")) for n in range(50)]
    killer = pinned.client.id_of(pinned.client.tell("echo", poison))
    after = [pinned.client.ask("echo", Say(f"after {n}")) for n in range(300)]
    failure = pinned.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.message_id == killer
    assert [letter.envelope.id for letter in pinned.directory.dead_letters.last] == [killer]
    pinned.launch()
    assert [future.get(timeout=WITHIN).text for future in before] == [f"before {n}" for n in range(50)]
    assert [future.get(timeout=WITHIN).text for future in after] == [f"after {n}" for n in range(300)]
    stop(pinned)


def test_what_waited_behind_a_killed_idle_process_goes_to_the_successor_in_order(pinned: Pinned) -> None:
    seen: queue.SimpleQueue[str] = queue.SimpleQueue()

    class Collector:
        def put(self, envelope: object) -> None:
            seen.put(envelope.message.text)  # type: ignore[attr-defined]

    pinned.directory.open("collector", Collector())
    life = pinned.launch()
    pinned.ready.get(timeout=WITHIN)
    life.kill("test")
    for n in range(1000):
        pinned.client.tell("echo", Say(str(n), to="collector"))
    failure = pinned.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.kind == "Killed"
    pinned.launch()
    lost = {letter.envelope.message.text for letter in pinned.directory.dead_letters.last}  # type: ignore[attr-defined]
    expected = [str(n) for n in range(1000) if str(n) not in lost]
    assert [seen.get(timeout=WITHIN) for _ in expected] == expected
    assert len(lost) <= 1
    stop(pinned)


def test_an_actor_that_cannot_be_made_is_a_failure_with_its_reason(pinned: Pinned) -> None:
    pinned.launch("tests.doubles.actors:Unbuildable")
    failure = pinned.ended.get(timeout=WITHIN)
    assert failure is not None
    assert (failure.kind, failure.text) == ("RuntimeError", "cannot be made")


def test_killing_leaves_no_process_thread_or_descriptor_behind(pinned: Pinned) -> None:
    def round_trip() -> None:
        life = pinned.launch()
        pinned.ready.get(timeout=WITHIN)
        life.kill("test")
        pinned.ended.get(timeout=WITHIN)

    round_trip()
    me = psutil.Process()
    opened = me.num_handles if sys.platform == "win32" else me.num_fds
    before = (opened(), threading.active_count(), len(me.children(recursive=True)))
    for _ in range(3):
        round_trip()
    assert (opened(), len(me.children(recursive=True))) == (before[0], before[2])
    _wait_for(lambda: threading.active_count() <= before[1])


@pytest.fixture
def never_closed(pinned: Pinned) -> Iterator[WorkerProcess]:
    """A child whose end of the wire never closes, as on Windows where a child dies before it has taken it over."""
    child = WorkerProcess(pinned.boot())
    with held_open(child._theirs):
        yield child


def test_a_child_that_dies_while_it_starts_is_noticed_although_its_end_of_the_wire_stays_open(
    pinned: Pinned, never_closed: WorkerProcess
) -> None:
    never_closed.kill()  # it is killed right after the spawn
    pinned.run(never_closed)
    failure = pinned.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.kind == "Killed"


def test_so_it_is_when_the_wire_is_full_of_mail_that_nobody_reads(
    pinned: Pinned, never_closed: WorkerProcess
) -> None:
    life = pinned.run(never_closed)
    pinned.ready.get(timeout=WITHIN)
    psutil.Process(life.pid).suspend()
    asked = [pinned.client.ask("echo", Say(str(n) + "." * 50_000)) for n in range(40)]
    _wait_for(lambda: not never_closed.link.writable())
    life.kill("test")
    assert pinned.ended.get(timeout=WITHIN) == Failure("Killed", "test")
    pinned.launch()
    assert [future.get(timeout=WITHIN).text.strip(".") for future in asked] == [str(n) for n in range(40)]
    stop(pinned)


def test_what_a_child_wrote_before_its_end_is_read_although_its_end_of_the_wire_stays_open(
    pinned: Pinned, never_closed: WorkerProcess
) -> None:
    pinned.run(never_closed)
    assert pinned.say("hello").text == "hello"
    assert stop(pinned) is None, "its last word, that it stopped in order, was read"


LEAVES = """
import sys
sys.path.insert(0, {root!r})
from tests.supervisor.nodes.test_process import Pinned, WITHIN

if __name__ == "__main__":
    pinned = Pinned()
    pinned.launch()
    pinned.ready.get(timeout=WITHIN)
"""


def test_a_parent_that_leaves_a_child_behind_can_end(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(LEAVES.format(root=str(Path(__file__).parents[3])))
    assert subprocess.run([sys.executable, str(script)], timeout=60).returncode == 0


def _wait_for(condition: Callable[[], bool]) -> None:
    """The last of a life's threads ends just after it has announced the end."""
    gate = threading.Event()
    for _ in range(200):
        if condition():
            return
        gate.wait(0.01)
    assert condition()


def test_what_was_handled_is_told_and_what_killed_is_not(pinned: Pinned) -> None:
    handled: list[str] = []
    pinned.slot.incarnation += 1
    boot = Boot("echo", 1, "tests.doubles.actors:Echo", (), {}, ".", "seed", "", "run", "INFO", {})
    ProcessHandle(
        pinned.slot,
        boot,
        pinned.directory,
        lambda: pinned.ready.put(1),
        pinned.ended.put,
        on_handled=lambda envelopes: handled.extend(envelope.id for envelope in envelopes),
    )
    pinned.ready.get(timeout=WITHIN)
    said = [pinned.client.id_of(pinned.client.tell("echo", Say(str(n), to="nobody"))) for n in range(5)]
    killer = pinned.client.id_of(pinned.client.tell("echo", Crash()))
    assert pinned.ended.get(timeout=WITHIN) is not None
    assert sorted(handled) == sorted(said)
    assert killer not in handled


def test_many_processes_that_start_at_once_each_get_what_they_are_to_do() -> None:
    """What one is to do lies in memory that is not given to the next before it has read it."""
    all_of_them = [Pinned() for _ in range(6)]
    for pinned in all_of_them:
        pinned.launch()
    for pinned in all_of_them:
        assert pinned.ready.get(timeout=WITHIN * 3) == 1
    for pinned in all_of_them:
        assert stop(pinned) is None
