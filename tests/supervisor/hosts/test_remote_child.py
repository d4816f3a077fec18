"""Workers on a host: an actor behind a link without shared memory, and what becomes of its mail at every end."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope
from actors.kernel.protocol.lifecycle import Failure, Stop
from actors.kernel.thread_host import ExternalClient
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.frames import HostBoot
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.remote_child import HOST_WINDOW, RemoteChild
from supervisor.nodes.boot import Boot
from supervisor.nodes.process import LOST, REFUSED, ProcessHandle
from supervisor.nodes.secrets import NO_SECRETS
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec, ProcessSettings
from tests.doubles.actors import Crash, Die, Said, Say
from tests.doubles.hosts import LENIENT, HostDouble

WITHIN = 40.0
ECHO = "tests.doubles.actors:Echo"


class OnHost:
    """A slot whose actor runs on a host, and what its supervisor hears."""

    def __init__(self, host: HostDouble) -> None:
        self.host = host
        self.directory = Directory()
        self.client = ExternalClient(self.directory)
        self.handled: list[str] = []
        self.slot = ActorSlot(ChildSpec("echo", ECHO, pin="host:box"), "", 0)
        self.directory.open("echo", self.slot.mailbox)
        self.ready: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.ended: queue.SimpleQueue[Failure | None] = queue.SimpleQueue()
        self.pool = StandbyPool(self.directory, self._note, NO_SECRETS, self.child)
        self.code = code_version()

    def child(self, boot: Boot, reveal: Callable[[str], str] = NO_SECRETS) -> RemoteChild:
        asked = HostBoot(boot, self.code, model_sums())
        return RemoteChild(boot, reveal, self.host.name, self.host.open, asked, MailGate(boot, LENIENT))

    def launch(self, actor: str = ECHO, standby: int = 0) -> ProcessHandle:
        self.slot.incarnation += 1
        number = self.slot.incarnation
        settings = ProcessSettings(standby=standby)
        boot = Boot("echo", number, actor, (), {}, ".", "seed", "", "run", "INFO", {}, settings)
        return self.pool.launch(self.slot, boot, lambda: self.ready.put(number), self.ended.put)

    def run(self, actor: str = ECHO, standby: int = 0) -> ProcessHandle:
        handle = self.launch(actor, standby)
        assert self.ready.get(timeout=WITHIN) == self.slot.incarnation
        return handle

    def say(self, text: str) -> Said:
        answer = self.client.answer("echo", Say(text), WITHIN)
        assert isinstance(answer, Said)
        return answer

    def tell(self, text: str) -> str:
        """Have it say `text` to the collector; the id of the message."""
        return self.client.id_of(self.client.tell("echo", Say(text, to="collector")))

    def collect(self, address: str) -> "queue.SimpleQueue[str]":
        """Texts said to `address`."""
        seen: queue.SimpleQueue[str] = queue.SimpleQueue()

        class Collector:
            def put(self, envelope: Envelope) -> None:
                seen.put(envelope.message.text)  # type: ignore[attr-defined]

        self.directory.open(address, Collector())
        return seen

    def dead(self) -> dict[str, str]:
        """Why each dead letter is one, by the id of its envelope."""
        return {letter.envelope.id: letter.why for letter in self.directory.dead_letters.last}

    def _note(self, envelopes: object) -> None:
        self.handled += [envelope.id for envelope in envelopes]  # type: ignore[attr-defined]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HostDouble]:
    host = HostDouble(tmp_path)
    yield host
    host.close()


@pytest.fixture
def placed(host: HostDouble) -> Iterator[OnHost]:
    placed = OnHost(host)
    yield placed
    placed.pool.close()


def wait_for(condition: Callable[[], bool]) -> None:
    gate = threading.Event()
    for _ in range(6000):
        if condition():
            return
        gate.wait(0.01)
    assert condition()


def drained(seen: "queue.SimpleQueue[str]") -> list[str]:
    found = []
    while not seen.empty():
        found.append(seen.get())
    return found


def worker_of(host: HostDouble) -> psutil.Process:
    (relay,) = host.agent.relays
    assert relay.worker is not None
    return psutil.Process(relay.worker.pid)


def test_an_actor_on_a_host_answers_and_stops_in_order(placed: OnHost, host: HostDouble) -> None:
    handle = placed.run()
    assert handle.place == "host:box"
    said = placed.say("hello")
    assert (said.text, said.pid) == ("hello", worker_of(host).pid)
    assert handle.pid == 0, "that process is not this machine's"
    placed.client.tell("echo", Stop())
    assert placed.ended.get(timeout=WITHIN) is None
    wait_for(lambda: not host.agent.relays)


@pytest.mark.parametrize("poison", [Crash(), Die()])
def test_a_worker_that_dies_while_its_host_lives_costs_the_message_that_it_was_handling_and_no_other(
    placed: OnHost, poison: Crash | Die
) -> None:
    placed.run()
    before = [placed.client.ask("echo", Say(f"before {n}")) for n in range(50)]
    killer = placed.client.id_of(placed.client.tell("echo", poison))
    after = [placed.client.ask("echo", Say(f"after {n}")) for n in range(300)]
    failure = placed.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.message_id == killer
    assert placed.dead() == {killer: "crashed"}
    placed.run()
    assert [future.get(timeout=WITHIN).text for future in before] == [f"before {n}" for n in range(50)]
    assert [future.get(timeout=WITHIN).text for future in after] == [f"after {n}" for n in range(300)]


def test_sigkill_of_a_worker_in_the_middle_of_a_stream_loses_one_message_and_keeps_the_order(
    placed: OnHost, host: HostDouble
) -> None:
    seen = placed.collect("collector")
    placed.run()
    sent = [placed.tell(str(n)) for n in range(1000)]
    worker_of(host).kill()
    assert placed.ended.get(timeout=WITHIN) is not None
    placed.run()
    placed.say("the last one")
    lost = set(placed.dead())
    expected = [str(n) for n, id in enumerate(sent) if id not in lost]
    # One that it died of may have been answered just before.
    assert [text for text in drained(seen) if sent[int(text)] not in lost] == expected
    assert len(lost) <= 1


def test_a_lost_host_leaves_in_doubt_what_it_had_not_reported_and_all_else_goes_to_the_successor(
    placed: OnHost, host: HostDouble
) -> None:
    seen = placed.collect("collector")
    handle = placed.run()
    for n in range(40):
        assert placed.client.ask("echo", Say(f"answered {n}")).get(timeout=WITHIN)
    wait_for(lambda: handle.settle() == 0)  # an answer is here before the word that its message is done
    worker_of(host).suspend()
    sent = [placed.tell(str(n)) for n in range(500)]
    wait_for(lambda: handle.settle() == HOST_WINDOW)
    host.lose()
    failure = placed.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.kind == LOST
    assert "box" in failure.text
    doubtful = placed.dead()
    assert set(doubtful.values()) == {"in_doubt"}
    assert [id for id in sent if id in doubtful] == sent[:HOST_WINDOW], "what was sent, and nothing else"
    host.away = False
    placed.run()
    assert [seen.get(timeout=WITHIN) for _ in sent[HOST_WINDOW:]] == [str(n) for n in range(HOST_WINDOW, 500)]


def test_what_was_reported_done_is_never_in_doubt(placed: OnHost, host: HostDouble) -> None:
    seen = placed.collect("collector")
    handle = placed.run()
    sent = [placed.tell(str(n)) for n in range(300)]
    for _ in sent:
        seen.get(timeout=WITHIN)
    wait_for(lambda: handle.settle() == 0)
    host.lose()
    placed.ended.get(timeout=WITHIN)
    assert placed.dead() == {}
    assert sorted(placed.handled) == sorted(sent)


def test_every_message_is_handled_dead_or_waits_however_often_the_host_is_lost(
    placed: OnHost, host: HostDouble
) -> None:
    """sent = handled + dead + waiting, by id; and nothing arrives twice."""
    seen = placed.collect("collector")
    sent: list[str] = []
    arrived: list[str] = []
    for _ in range(4):
        host.away = False
        placed.run()
        sent += [placed.tell(str(len(sent) + n)) for n in range(200)]
        arrived.append(seen.get(timeout=WITHIN))
        host.lose()
        assert placed.ended.get(timeout=WITHIN) is not None
    host.away = False
    handle = placed.run()
    placed.say("the last one")
    wait_for(lambda: handle.settle() == 0)
    dead, handled = placed.dead(), set(placed.handled)
    assert set(dead.values()) <= {"in_doubt"}
    assert handled.isdisjoint(dead)
    assert set(sent) <= handled | set(dead)
    arrived += drained(seen)
    numbers = [int(text) for text in arrived]
    assert sorted(set(numbers)) == numbers, "in order, and none twice"
    assert set(sent) & handled <= {sent[n] for n in numbers}, "what is handled has sent what it sends"


def test_a_kill_is_heard_although_the_worker_reads_nothing(placed: OnHost, host: HostDouble) -> None:
    handle = placed.run()
    worker_of(host).suspend()
    asked = [placed.client.ask("echo", Say(str(n) + "." * 50_000)) for n in range(100)]
    wait_for(lambda: handle.settle() == HOST_WINDOW)
    handle.kill("test")
    assert placed.ended.get(timeout=WITHIN) == Failure("Killed", "test")
    assert placed.dead() == {}, "it had begun none of them"
    placed.run()
    assert [future.get(timeout=WITHIN).text.strip(".") for future in asked] == [str(n) for n in range(100)]


def test_a_host_that_is_away_is_a_failure_and_the_mail_waits(placed: OnHost, host: HostDouble) -> None:
    host.away = True
    early = placed.client.ask("echo", Say("early"))
    placed.launch()
    failure = placed.ended.get(timeout=WITHIN)
    assert failure is not None
    assert "away" in failure.text
    host.away = False
    placed.run()
    assert early.get(timeout=WITHIN).text == "early"


def test_a_host_with_other_code_refuses_with_the_reason(placed: OnHost) -> None:
    placed.code = "0.9"
    placed.launch()
    failure = placed.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.kind == REFUSED
    assert "other code" in failure.text


def test_the_home_sees_what_is_handled_and_since_when(placed: OnHost, host: HostDouble) -> None:
    handle = placed.run()
    placed.say("hello")
    wait_for(lambda: sum(handle.durations) == 1)
    worker_of(host).suspend()
    asked = placed.client.ask("echo", Say("slow"))
    wait_for(lambda: handle.beat > 0.0)
    worker_of(host).resume()
    asked.get(timeout=WITHIN)
    wait_for(lambda: handle.rss() > 1_000_000)


def test_a_standby_process_on_the_host_takes_over_and_a_dead_one_is_replaced(
    placed: OnHost, host: HostDouble
) -> None:
    placed.run(standby=1)
    first = placed.say("who?").pid
    wait_for(lambda: placed.pool.warm().get("echo") == 1)
    standby = next(r.worker.pid for r in host.agent.relays if r.worker is not None and r.worker.pid != first)
    psutil.Process(first).kill()
    placed.ended.get(timeout=WITHIN)
    placed.run(standby=1)
    assert placed.say("who?").pid == standby
    wait_for(lambda: placed.pool.warm().get("echo") == 1)
    spare = next(r.worker.pid for r in host.agent.relays if r.worker is not None and r.worker.pid != standby)
    psutil.Process(spare).kill()
    wait_for(lambda: placed.pool.warm().get("echo") == 0)
    wait_for(lambda: placed.pool.warm().get("echo") == 1)


def test_the_agent_ends_its_workers_when_the_home_is_lost(placed: OnHost, host: HostDouble) -> None:
    placed.run()
    process = worker_of(host)
    host.cut()
    process.wait(WITHIN)
    wait_for(lambda: not host.agent.relays)
    assert placed.ended.get(timeout=WITHIN) is not None


def test_nothing_is_left_behind(placed: OnHost, host: HostDouble) -> None:
    def round_trip() -> None:
        handle = placed.run()
        placed.say("hello")
        handle.kill("test")
        placed.ended.get(timeout=WITHIN)
        wait_for(lambda: not host.agent.relays)
        host.cut()

    round_trip()
    me = psutil.Process(os.getpid())
    wait_for(lambda: not [t for t in threading.enumerate() if t.name.startswith("echo")])
    before = (me.num_fds(), threading.active_count())
    rounds = 6
    for _ in range(rounds):
        round_trip()
    # One for each round would be ours; fewer are of other tests in this process, which come and go.
    wait_for(lambda: me.num_fds() < before[0] + rounds and threading.active_count() < before[1] + rounds)
