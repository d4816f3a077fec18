"""The whole machinery with small actors: real threads, real processes, real supervisors."""

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.kernel.errors import AskError
from actors.kernel.mailbox import Put
from actors.kernel.message import Envelope, Message
from actors.kernel.protocol.lifecycle import Fail, Hang
from actors.osc.messages import OSC_RECEIVER, ParametersChanged
from actors.vocabulary.backoff import Backoff
from config.schema import Config
from supervisor.otp.messages import Accepted, Declined, KillChild, PinChild, RestartChild
from supervisor.otp.spec import ChildSpec, Strategy, SupervisorSpec
from supervisor.runtime.runtime import Runtime
from tests.doubles.actors import Said, Say
from tests.doubles.virtual_world import Probe

WITHIN = 20.0
ECHO = "tests.doubles.actors:Echo"
posix = pytest.mark.posix("signals of POSIX")


class Ear:
    """An address that collects what is said to it."""

    def __init__(self, system: Runtime) -> None:
        self.heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        system.directory.open("ear", self)

    def put(self, envelope: Envelope) -> Put | None:
        self.heard.put(envelope.message)
        return None

    def next(self) -> Said:
        said = self.heard.get(timeout=WITHIN)
        assert isinstance(said, Said)
        return said


def system_of(home: Path, *children: ChildSpec, **options: Any) -> Runtime:
    group = SupervisorSpec(
        "group", Strategy.ONE_FOR_ONE, children, backoff=Backoff(0.0, 0.0), intensity=50, **options
    )
    root = SupervisorSpec("root", Strategy.REST_FOR_ONE, (group,), backoff=Backoff(0.0, 0.0), intensity=50)
    config = Config.model_validate({"trace": {"enabled": False}, "osc": {"input_port": 0}})
    system = Runtime(config, home, spec=root)
    system.directory.open("system", Probe())
    system.start()
    assert system.wait_ready(WITHIN)
    return system


Make = Callable[..., Runtime]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Runtime] = []

    def start(*children: ChildSpec, **options: Any) -> Runtime:
        made.append(system_of(tmp_path, *children, **options))
        return made[-1]

    yield start
    for system in made:
        assert system.stop(WITHIN)


def incarnation(system: Runtime, address: str, number: int) -> None:
    """Wait until this incarnation of `address` runs."""
    assert system.wait_incarnation(address, number, WITHIN)


def request(system: Runtime, message: Message) -> Message:
    return system.client.answer("group", message, WITHIN)


def say(system: Runtime, text: str, to: str = "echo") -> Said:
    answer = system.client.answer(to, Say(text), WITHIN)
    assert isinstance(answer, Said)
    return answer


# -- what an actor is started with


@pytest.mark.parametrize("pin", ["thread", "process"])
def test_the_receiver_tells_those_whom_the_tree_names(make: Make, pin: str) -> None:
    told = (("ear", ("HR*",)),)
    receiver = ChildSpec(
        OSC_RECEIVER, "actors.osc.receiver:Receiver", ("osc", "subscribers"), pin=pin, subscribers=told
    )
    system = make(receiver)
    ear = Ear(system)
    system.client.tell(OSC_RECEIVER, ParametersChanged({"HR": 70, "JawOpen": 0.5}))
    assert ear.heard.get(timeout=WITHIN) == ParametersChanged({"HR": 70})


# -- hangs


def test_a_hung_thread_is_replaced_on_the_same_mailbox(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, handler_timeout=0.2))
    hang = system.client.id_of(system.client.tell("echo", Hang(1.5)))
    waiting = [system.client.ask("echo", Say(str(n))) for n in range(10)]
    assert [future.get(timeout=WITHIN).text for future in waiting] == [str(n) for n in range(10)]
    assert system.registry.slot("echo").incarnation == 2
    letters = {letter.envelope.id: letter for letter in system.dead_letters.last}
    assert letters[hang].why == "hung"
    failure = system.registry.slot("echo").last_failure
    assert failure is not None
    assert (failure.kind, failure.message_type) == ("Hung", "Hang")


def test_a_message_that_takes_less_than_the_patience_is_no_hang(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, handler_timeout=5.0))
    system.client.tell("echo", Hang(0.3))
    assert say(system, "still there").text == "still there"
    assert system.registry.slot("echo").incarnation == 1


def test_a_hung_process_is_killed_and_replaced(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, pin="process", handler_timeout=0.3))
    first = say(system, "first").pid
    hang = system.client.id_of(system.client.tell("echo", Hang(60.0)))
    second = say(system, "second")
    assert second.pid != first
    assert hang in {letter.envelope.id for letter in system.dead_letters.last}
    failure = system.registry.slot("echo").last_failure
    assert failure is not None
    assert failure.kind == "Hung"


@posix
def test_a_frozen_process_is_killed_and_replaced(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, pin="process", handler_timeout=0.3))
    first = say(system, "first").pid
    os.kill(first, signal.SIGSTOP)
    incarnation(system, "echo", 2)
    assert say(system, "second").pid != first
    failure = system.registry.slot("echo").last_failure
    assert failure is not None
    assert failure.kind in ("Frozen", "Hung")


def test_a_process_that_holds_too_much_memory_is_replaced(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, pin="process", memory_limit=1_000_000))
    incarnation(system, "echo", 2)
    failure = system.registry.slot("echo").last_failure
    assert failure is not None
    assert failure.kind == "OutOfMemory"
    assert "memory_limit (1 MB)" in failure.text


# -- requests


def test_a_killed_actor_comes_back(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO), ChildSpec("pinned", ECHO, pin="process"))
    for address in ("echo", "pinned"):
        assert request(system, KillChild(address)) == Accepted()
        incarnation(system, address, 2)
        assert say(system, "back", address).text == "back"


def test_a_restart_on_request_loses_nothing(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO))
    waiting = [system.client.ask("echo", Say(str(n))) for n in range(100)]
    assert request(system, RestartChild("echo")) == Accepted()
    incarnation(system, "echo", 2)
    assert [future.get(timeout=WITHIN).text for future in waiting] == [str(n) for n in range(100)]
    assert system.dead_letters.counts["stopped"] == 0


def test_an_unknown_actor_is_declined(make: Make) -> None:
    assert request(make(ChildSpec("echo", ECHO)), KillChild("ecko")) == Declined("group has no child ecko")


# -- moving


class Sender:
    """Keeps saying numbers to `echo`, which passes them on to `ear`, until told to end."""

    def __init__(self, system: Runtime) -> None:
        self._system = system
        self._end = threading.Event()
        self.sent = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._end.is_set():
            self._system.client.tell("echo", Say(str(self.sent), to="ear"))
            self.sent += 1
            self._end.wait(0.0005)

    def end(self) -> int:
        self._end.set()
        self._thread.join(WITHIN)
        return self.sent


def test_an_actor_moves_between_thread_and_processes_and_loses_nothing(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, capacity=100_000))
    ear = Ear(system)
    sender = Sender(system)
    for number, pin in enumerate(("process", "thread", "process", "thread"), 2):
        assert request(system, PinChild("echo", pin)) == Accepted()
        incarnation(system, "echo", number)
        assert (say(system, "where", "echo").pid == os.getpid()) is (pin == "thread")
    sent = sender.end()
    heard = [ear.next().text for _ in range(sent)]
    assert heard == [str(n) for n in range(sent)]
    assert not system.dead_letters.counts


def test_instances_share_the_work_and_leave_nothing_behind(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO, capacity=100_000))
    ear = Ear(system)
    sender = Sender(system)
    assert request(system, PinChild("echo", "process", 3)) == Accepted()
    for address, number in (("echo", 2), ("echo/2", 1), ("echo/3", 1)):
        incarnation(system, address, number)
    seen: set[int] = set()
    heard: list[str] = []
    while len(seen - {os.getpid()}) < 3:
        said = ear.next()
        seen.add(said.pid)
        heard.append(said.text)
    assert request(system, PinChild("echo", "thread", 1)) == Accepted()
    incarnation(system, "echo", 3)
    sent = sender.end()
    heard += [ear.next().text for _ in range(sent - len(heard))]
    assert sorted(heard, key=int) == [str(n) for n in range(sent)]
    assert not system.dead_letters.counts
    addresses = {row["address"] for row in system.status()["actors"]}
    assert addresses == {"root", "group", "echo"}


# -- supervisors are actors, and can die


def test_the_children_of_a_supervisor_that_dies_end_with_it_and_come_back(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO), ChildSpec("pinned", ECHO, pin="process"))
    before = say(system, "first", "pinned").pid
    system.client.tell("group", Fail())
    incarnation(system, "group", 2)
    for address in ("echo", "pinned"):
        incarnation(system, address, 2)
    assert say(system, "again", "pinned").pid != before
    assert say(system, "again").text == "again"
    failure = system.registry.slot("group").last_failure
    assert failure is not None
    assert failure.kind == "InjectedFailure"


def test_the_status_tells_how_well_a_group_is_and_what_it_costs(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO), ChildSpec("off", ECHO, disabled_reason="switched off"))
    rows = {row["address"]: row for row in system.status()["actors"]}
    assert rows["group"]["health"] == rows["root"]["health"] == "OK"
    assert all(row["cpu"] >= 0.0 for row in rows.values())
    assert rows["off"]["state"] == "disabled"


def two_groups(home: Path) -> Runtime:
    """A group `first`, and after it, in a root that is rest_for_one, a group `second`."""
    now = Backoff(0.0, 0.0)
    groups = tuple(
        SupervisorSpec(name, Strategy.ONE_FOR_ONE, (ChildSpec(child, ECHO),), backoff=now, intensity=50)
        for name, child in (("first", "one"), ("second", "two"))
    )
    root = SupervisorSpec("root", Strategy.REST_FOR_ONE, groups, backoff=now, intensity=50)
    system = Runtime(Config.model_validate({"trace": {"enabled": False}}), home, spec=root)
    system.directory.open("system", Probe())
    system.start()
    assert system.wait_ready(WITHIN)
    return system


def test_a_group_that_is_restarted_for_another_ones_sake_keeps_its_mailboxes(tmp_path: Path) -> None:
    system = two_groups(tmp_path)
    system.client.tell("one", Hang(0.2))
    waiting = [system.client.ask("two", Say(str(n))) for n in range(50)]
    system.client.tell("first", Fail())
    incarnation(system, "two", 2)
    assert [future.get(timeout=WITHIN).text for future in waiting] == [str(n) for n in range(50)]
    assert say(system, "and later mail", "two").text == "and later mail"
    assert system.stop(WITHIN)


def test_after_the_end_of_all_mail_is_a_dead_letter(tmp_path: Path) -> None:
    system = two_groups(tmp_path)
    assert system.stop(WITHIN)
    with pytest.raises(AskError):
        say(system, "too late", "two")
    assert system.dead_letters.counts["stopped"] == 1


def test_what_was_moved_stays_where_it_is_when_its_supervisor_dies(make: Make) -> None:
    system = make(ChildSpec("echo", ECHO))
    assert request(system, PinChild("echo", "process", 2)) == Accepted()
    for address, number in (("echo", 2), ("echo/2", 1)):
        incarnation(system, address, number)
    system.client.tell("group", Fail())
    for address, number in (("group", 2), ("echo", 3), ("echo/2", 2)):
        incarnation(system, address, number)
    pids = {say(system, str(n)).pid for n in range(10)}
    assert len(pids) == 2
    assert os.getpid() not in pids
