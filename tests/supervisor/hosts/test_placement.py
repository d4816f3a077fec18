"""A whole runtime whose actors run on hosts: lost hosts, hosts that come back, draining, moving, and replicas."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from actors.kernel.protocol.lifecycle import Health
from config.schema import Config
from supervisor.hosts.placement import choice, hosts, placement
from supervisor.otp.messages import ROOT, PinChild
from supervisor.otp.spec import ChildSpec, ProcessSettings, Start, Strategy, SupervisorSpec
from supervisor.runtime.platform import Platform
from supervisor.runtime.runtime import Runtime
from tests.doubles.actors import Said, Say
from tests.doubles.hosts import LENIENT, HostDouble, WireDouble

WITHIN = 60.0
ECHO = "tests.doubles.actors:Echo"


class Home:
    """A runtime with one actor, `echo`, and two hosts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boxes = {name: HostDouble(folder / name, name) for name in ("box", "rack")}
        self.wire = WireDouble(*self.boxes.values())
        self.runtime: Runtime | None = None

    def start(
        self, pin: str = "host:box", elsewhere: str = "process", instances: int = 1, standby: int = 0
    ) -> Runtime:
        child = ChildSpec(
            "echo",
            ECHO,
            pin=pin,
            placeable=True,
            elsewhere=elsewhere,
            instances=instances,
            process=ProcessSettings(standby=standby),
        )
        spec = SupervisorSpec(ROOT, Strategy.ONE_FOR_ONE, (child,), Start.AT_ONCE)
        config = Config.model_validate(
            {
                "trace": {"enabled": False},
                "hosts": {"listen": "127.0.0.1:7447", "machines": {name: {} for name in self.boxes}},
            }
        )
        platform = Platform(wire=lambda _config, _home: self.wire)
        self.runtime = runtime = Runtime(config, self.folder, spec=spec, platform=platform)
        runtime.start()
        return runtime

    def place(self, address: str = "echo") -> str:
        assert self.runtime is not None
        handle = self.runtime.registry.slot(address).handle
        return handle.place if handle is not None and self.runs(address) else ""

    def runs(self, address: str) -> bool:
        assert self.runtime is not None
        return self.runtime.registry.slot(address).state == "running"

    def say(self, text: str) -> Said:
        assert self.runtime is not None
        answer = self.runtime.client.answer("echo", Say(text), WITHIN)
        assert isinstance(answer, Said)
        return answer

    def await_place(self, wanted: str, address: str = "echo") -> None:
        # Looked at now and then: an actor is told of as running a moment before its handle is in its slot.
        wait_for(lambda: self.place(address) == wanted)

    def close(self) -> None:
        if self.runtime is not None:
            self.runtime.stop()
        for box in self.boxes.values():
            box.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setattr(hosts, "permission_of", lambda _: LENIENT)
    monkeypatch.setattr(choice, "STEADY", 0.3)
    home = Home(tmp_path)
    yield home
    home.close()


def wait_for(condition: Callable[[], bool]) -> None:
    gate = threading.Event()
    for _ in range(6000):
        if condition():
            return
        gate.wait(0.01)
    assert condition()


def test_an_actor_runs_on_its_host(home: Home) -> None:
    home.start()
    home.await_place("host:box")
    assert home.say("hello").text == "hello"


def test_a_lost_host_is_answered_by_a_process_here_and_the_actor_goes_back_without_losing_a_message(
    home: Home,
) -> None:
    runtime = home.start()
    home.await_place("host:box")
    home.wire.lose("box")
    home.await_place("process")
    assert home.say("here").text == "here"
    stop = threading.Event()
    answers: list[str] = []

    def talk() -> None:
        while not stop.is_set():
            answers.append(home.say(str(len(answers))).text)

    talking = threading.Thread(target=talk)
    talking.start()
    home.wire.heal("box")
    home.await_place("host:box")
    before = len(answers)
    wait_for(lambda: len(answers) > before + 5)
    stop.set()
    talking.join()
    assert answers == [str(n) for n in range(len(answers))], "each was answered once, while it moved too"
    doubtful = [letter for letter in runtime.dead_letters.last if letter.why != "unknown"]
    assert not doubtful


def test_a_standby_process_here_takes_over_from_a_lost_host(home: Home) -> None:
    runtime = home.start(standby=1)
    home.await_place("host:box")
    wait_for(
        lambda: runtime.processes.warm().get("echo") == 2
    )  # one there, for its death; one here, for the host's
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    home.wire.lose("box")
    home.await_place("process")
    assert home.say("who?").pid in children, "it was there before"


def test_what_waits_for_its_host_keeps_its_mail_and_says_that_it_is_down(home: Home) -> None:
    runtime = home.start(elsewhere="wait")
    home.await_place("host:box")
    home.wire.lose("box")
    home.await_place("wait")
    slot = runtime.registry.slot("echo")
    assert runtime.wait_until(lambda: slot.health is Health.DOWN, WITHIN)
    assert "box" in slot.reason
    asked = [runtime.client.ask("echo", Say(str(n))) for n in range(20)]
    home.wire.heal("box")
    assert [future.get(timeout=WITHIN).text for future in asked] == [str(n) for n in range(20)]
    assert home.place() == "host:box"


def test_what_waits_can_be_stopped(home: Home) -> None:
    home.boxes["box"].away = True
    home.start(elsewhere="wait")
    assert home.runtime is not None
    assert home.runtime.stop(), "in order, and not by a kill"
    home.runtime = None


def test_a_host_that_connects_a_moment_after_the_start_is_waited_for(home: Home) -> None:
    home.boxes["box"].away = True
    home.start()
    assert home.runtime is not None
    wait_for(
        lambda: (handle := home.runtime.registry.slot("echo").handle) is not None and handle.place == "wait"
    )  # type: ignore[union-attr]
    home.wire.heal("box")
    home.await_place("host:box")


def test_a_host_that_does_not_come_is_waited_for_only_so_long(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "EXPECTED_FOR", 0.2)
    home.boxes["box"].away = True
    home.start()
    home.await_place("process")


def test_draining_moves_what_runs_there_and_ending_it_brings_it_back(home: Home) -> None:
    runtime = home.start()
    home.await_place("host:box")
    assert runtime.processes.drain("box")
    home.await_place("process")
    assert runtime.status()["hosts"]["links"]["box"]["state"] == "drained"
    assert runtime.processes.drain("box", on=False)
    home.await_place("host:box")
    assert not runtime.processes.drain("nobody")


def test_replicas_are_spread_over_the_hosts_and_a_lost_ones_go_to_the_others(home: Home) -> None:
    home.start(pin="host:*", instances=4)
    addresses = ("echo", "echo/2", "echo/3", "echo/4")
    assert home.runtime is not None
    wait_for(lambda: all(home.place(address) for address in addresses))
    assert sorted(map(home.place, addresses)) == ["host:box", "host:box", "host:rack", "host:rack"]
    home.wire.lose("rack")
    wait_for(lambda: all(home.place(address) == "host:box" for address in addresses))
    home.wire.heal("rack")
    wait_for(lambda: sorted(map(home.place, addresses)) == ["host:box"] * 2 + ["host:rack"] * 2)


def test_an_actor_is_moved_to_a_host_and_from_one_to_another_by_a_request(home: Home) -> None:
    runtime = home.start(pin="thread")
    home.await_place("thread")
    for place in ("host:box", "host:rack", "process", "thread"):
        runtime.command(ROOT, PinChild("echo", place))
        home.await_place(place)
        assert home.say(place).text == place


def test_a_host_that_refuses_is_not_asked_again_and_the_reason_is_kept(home: Home) -> None:
    home.boxes["box"].agent._allowed = frozenset()
    runtime = home.start()
    home.await_place("process")
    failure = runtime.registry.slot("echo").last_failure
    assert failure is not None
    assert "does not run on another machine" in failure.text
    assert runtime.registry.slot("echo").failures == 1
