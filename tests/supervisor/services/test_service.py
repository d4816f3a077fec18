"""A service that several homes share: each has an incarnation of its own there, and feels nothing of the others."""

import contextlib
import json
import multiprocessing.connection as mpc
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from actors.kernel.actor import Actor
from actors.kernel.protocol.lifecycle import Hang, Stop
from supervisor.hosts.frames import HostBoot
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.remote_child import RemoteChild
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.process import LOST, REFUSED, ProcessHandle
from supervisor.nodes.secrets import NO_SECRETS
from supervisor.services.place import Reach, connect, find
from supervisor.services.service import Service
from tests.doubles.actors import Crash, Echo, Say
from tests.doubles.hosts import LENIENT
from tests.supervisor.hosts.test_remote_child import ECHO, WITHIN, OnHost, wait_for

CODE = "1.0"


class Echoes:
    """What the homes share here: nothing. closed: the homes for which something was closed."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def actor(self, boot: Boot, given: Mapping[str, Any], opened: contextlib.ExitStack) -> Actor:
        opened.callback(self.closed.append, Path(boot.home).name)
        return Echo()


class AHome(OnHost):
    """A home whose echo a service runs."""

    def __init__(self, folder: Path, published: Path) -> None:
        self.folder = folder
        self.published = published
        super().__init__(None)  # type: ignore[arg-type]
        self.code = CODE

    def child(self, boot: Boot, reveal: Callable[[str], str] = NO_SECRETS) -> RemoteChild:
        reach = Reach(self.published, 0.0)
        asked, gate = HostBoot(boot, self.code), MailGate(boot, LENIENT)
        return RemoteChild(boot, reveal, "echoes", reach.open, asked, gate, kind="service")

    def launch(self, actor: str = ECHO, standby: int = 0) -> ProcessHandle:
        self.slot.incarnation += 1
        number = self.slot.incarnation
        trace = {"directory": str(self.folder / "traces"), "flush_interval": 0.05}
        boot = Boot("echo", number, actor, (), {}, str(self.folder), "seed", "", "run", "INFO", trace)
        return self.pool.launch(self.slot, boot, lambda: self.ready.put(number), self.ended.put)

    def traces(self) -> set[str]:
        return {file.name for file in self.folder.rglob("*.mcap")}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "services" / "echoes.json"


@pytest.fixture
def echoes() -> Echoes:
    return Echoes()


@pytest.fixture
def service(published: Path, echoes: Echoes) -> Iterator[Service]:
    service = Service(published, "echoes", echoes, frozenset(("echo",)), CODE)
    yield service
    service.close()


@pytest.fixture
def homes(tmp_path: Path, published: Path, service: Service) -> Iterator[tuple[AHome, AHome]]:
    made = AHome(tmp_path / "a", published), AHome(tmp_path / "b", published)
    yield made
    for home in made:
        home.pool.close()


def test_two_homes_have_an_incarnation_each_in_one_process(homes: tuple[AHome, AHome]) -> None:
    a, b = homes
    handle, _ = a.run(), b.run()
    assert handle.place == "service:echoes"
    assert (a.say("from a").pid, b.say("from b").text) == (os.getpid(), "from b")
    for home in homes:
        home.client.tell("echo", Stop())
        assert home.ended.get(timeout=WITHIN) is None
        assert home.traces() == {"echo.0001.mcap"}, "each records in its own home"
        assert home.dead() == {}


def test_a_crash_costs_its_message_and_its_home_alone(homes: tuple[AHome, AHome], echoes: Echoes) -> None:
    a, b = homes
    a.run(), b.run()
    before = [a.client.ask("echo", Say(f"before {n}")) for n in range(50)]
    killer = a.client.id_of(a.client.tell("echo", Crash()))
    after = [a.client.ask("echo", Say(f"after {n}")) for n in range(300)]
    failure = a.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.message_id == killer
    assert a.dead() == {killer: "crashed"}
    assert b.say("still here").text == "still here"
    wait_for(lambda: echoes.closed == ["a"])  # what was opened for it
    a.run()
    assert [future.get(timeout=WITHIN).text for future in before] == [f"before {n}" for n in range(50)]
    assert [future.get(timeout=WITHIN).text for future in after] == [f"after {n}" for n in range(300)]
    assert b.ended.empty()


def test_one_that_hangs_is_given_up_and_its_successor_goes_on(
    homes: tuple[AHome, AHome], echoes: Echoes
) -> None:
    a, b = homes
    handle = a.run()
    b.run()
    hung = a.client.id_of(a.client.tell("echo", Hang(WITHIN)))
    wait_for(lambda: handle.handling is not None and handle.handling.id == hung)
    waits = a.client.ask("echo", Say("after it"))
    handle.kill("hangs", "Hung")
    failure = a.ended.get(timeout=WITHIN)
    assert failure is not None
    assert failure.kind == "Hung"
    assert a.dead() == {hung: "hung"}
    wait_for(lambda: echoes.closed == ["a"])
    assert b.say("not felt here").text == "not felt here"
    a.run()
    assert waits.get(timeout=WITHIN).text == "after it"


def test_a_home_that_is_gone_leaves_nothing_behind(
    homes: tuple[AHome, AHome], service: Service, echoes: Echoes
) -> None:
    a, b = homes
    handle = a.run()
    b.run()
    handle._child.link.hang_up()
    wait_for(lambda: len(service.tenants) == 1)
    wait_for(lambda: echoes.closed == ["a"])
    assert b.say("here").text == "here"


def test_a_service_that_is_gone_is_a_failure_of_what_it_ran_and_the_next_one_takes_over(
    homes: tuple[AHome, AHome], service: Service, published: Path, echoes: Echoes
) -> None:
    a, _ = homes
    a.run()
    assert a.say("one").text == "one"
    service.close()
    for tenant in service.tenants:
        tenant._channel.hang_up()  # as when its process is killed
    failure = a.ended.get(timeout=WITHIN)
    assert failure is not None
    assert (failure.kind, "the service echoes was lost" in failure.text) == (LOST, True)
    a.launch()
    failure = a.ended.get(timeout=WITHIN)
    assert failure is not None
    assert "supervisor fleet start" in failure.text
    waits = a.client.ask("echo", Say("for the next"))
    again = Service(published, "echoes", echoes, frozenset(("echo",)), CODE)
    a.run()
    assert waits.get(timeout=WITHIN).text == "for the next"
    again.close()


def test_other_code_and_other_actors_are_refused(homes: tuple[AHome, AHome], published: Path) -> None:
    a, b = homes
    a.code = "2.0"
    a.launch()
    failure = a.ended.get(timeout=WITHIN)
    assert failure is not None
    assert (failure.kind, "supervisor fleet update" in failure.text) == (REFUSED, True)
    channel = connect(published)
    boot = Boot("users", 1, ECHO, (), {}, "/home", "seed", "", "run", "INFO", {})
    import msgspec

    channel.send(FrameType.BOOT, msgspec.msgpack.encode(HostBoot(boot, CODE)))
    frame, body = channel.receive()
    assert (frame, b"not users" in body) == (FrameType.EXITED, True)
    b.run()


@pytest.mark.parametrize(
    "sent", [b"", b"\x00", b"\xff" * 1000, b"\x0c" + b"\xc1" * 50, b"\x01" + b"\x00" * 5]
)
def test_nonsense_ends_its_own_channel_only(homes: tuple[AHome, AHome], published: Path, sent: bytes) -> None:
    _, b = homes
    b.run()
    channel: Any = connect(published)
    channel.connection.send_bytes(sent)
    with contextlib.suppress(LinkClosed):
        while True:
            channel.receive()
    assert b.say("served").text == "served"


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="a socket in the file system")
def test_who_has_not_the_key_is_not_let_in(published: Path, service: Service) -> None:
    place = find(published)
    assert published.stat().st_mode & 0o077 == 0
    wire = mpc.Client(place.address, place.family)
    with pytest.raises((EOFError, OSError, mpc.AuthenticationError)):  # type: ignore[attr-defined]
        mpc.answer_challenge(wire, b"a wrong key")  # type: ignore[attr-defined]
    told = json.loads(published.read_text())
    published.write_text(json.dumps({**told, "key": "00" * 32}))
    with pytest.raises(OSError, match="refused this process"):
        connect(published)


@pytest.mark.parametrize(("text", "said"), [("{", "is not what a service"), ('{"name": 1}', "is not what")])
def test_a_file_that_no_service_wrote_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(OSError, match=said):
        connect(tmp_path / "x.json")
