"""What the sender's actor puts on the wire, read by a real socket; the clock is virtual."""

import shutil
import socket
import subprocess
import threading
from typing import Any

import pytest
from pythonosc.osc_message import OscMessage

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc.inputs import resting
from actors.osc.messages import (
    ChatboxIs,
    ChatboxText,
    SetInput,
    SetParameter,
    Typing,
    WatchChatbox,
    ZeroInputs,
)
from actors.osc.sender import TYPING_LIMIT, Sender
from actors.osc.wire import Value, Wire
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Osc
from supervisor.demo.instance import free_port

REST = [(address, [value]) for address, value in resting()]


def chatbox(peer: Any) -> list[str]:
    return [values[0] for address, values in peer.received() if address == "/chatbox/input"]


def test_text_is_shown_at_once_and_silently(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", ChatboxText(1, "Hello!"))

    assert peer.received() == [("/chatbox/input", ["Hello!", True, False])]


def test_the_first_text_of_a_turn_is_a_stage_of_it(sender: Any, stage: Any) -> None:
    sender.give("osc.sender", ChatboxText(1, "One."))
    sender.give("osc.sender", ChatboxText(1, "Two."))
    sender.advance(0.5)
    sender.give("osc.sender", ChatboxText(2, "Next."))
    sender.advance(2.0)

    stages = stage.system.of(StageReached)
    assert [(s.turn, s.stage) for s in stages] == [(1, "chatbox"), (2, "chatbox")]
    assert [s.seconds for s in stages] == pytest.approx([0.0, 1.0])


def test_messages_are_spaced_out_and_what_waits_is_joined(sender: Any, peer: Any) -> None:
    for text in ("One.", "Two.", "Three."):
        sender.give("osc.sender", ChatboxText(1, text))
    assert chatbox(peer) == ["One."]
    sender.advance(1.4)
    assert chatbox(peer) == []
    sender.advance(0.2)
    assert chatbox(peer) == ["Two. Three."]


def test_nothing_of_a_cancelled_turn_is_shown_any_more(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", ChatboxText(1, "One."))
    sender.give("osc.sender", ChatboxText(1, "Two."))
    sender.give("osc.sender", Cancel(1))
    sender.give("osc.sender", ChatboxText(1, "Three."))
    sender.advance(10.0)
    assert chatbox(peer) == ["One."]

    sender.give("osc.sender", ChatboxText(2, "Valid."))
    assert chatbox(peer) == ["Valid."]


def test_typing_goes_on_and_off(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", Typing(True))
    sender.give("osc.sender", Typing(False))
    sender.advance(TYPING_LIMIT * 2)

    assert peer.received() == [("/chatbox/typing", [True]), ("/chatbox/typing", [False])]


def test_a_forgotten_typing_indicator_goes_off(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", Typing(True))
    sender.advance(TYPING_LIMIT - 1)
    sender.give("osc.sender", Typing(True))
    sender.advance(TYPING_LIMIT - 1)
    assert peer.received() == [("/chatbox/typing", [True])] * 2

    sender.advance(2.0)
    assert peer.received() == [("/chatbox/typing", [False])]


def test_cancelling_ends_typing(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", Typing(True))
    sender.give("osc.sender", Cancel(1))

    assert peer.received()[-1] == ("/chatbox/typing", [False])


def test_an_axis_returns_to_zero(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Vertical", 3.0, 1.0))
    sender.advance(0.9)
    assert peer.received() == [("/input/Vertical", [1.0])] * 2, "a datagram may get lost"
    sender.advance(0.2)
    assert peer.received() == [("/input/Vertical", [0.0])]


def test_setting_an_axis_again_extends_its_time(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 1.0))
    sender.advance(0.9)
    sender.give("osc.sender", SetInput("Vertical", 0.5, 1.0))
    sender.advance(0.9)
    assert peer.received() == [*[("/input/Vertical", [1.0])] * 2, *[("/input/Vertical", [0.5])] * 2]
    sender.advance(0.2)
    assert peer.received() == [("/input/Vertical", [0.0])]


def test_a_button_is_released_before_it_is_pressed_again(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Jump", 1.0, 0.1))
    sender.give("osc.sender", SetInput("Jump", 1.0, 0.1))
    sender.advance(1.0)

    assert [values for _, values in peer.received()] == [[1], [0], [1], [0]]


def test_an_unknown_input_is_not_sent(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Fly", 1.0, 1.0))

    assert peer.received() == []
    assert sender.failures == {}


def test_everything_comes_to_rest_when_told_to(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Voice", 1.0, 5.0))
    sender.give("osc.sender", Typing(True))
    peer.received()
    sender.give("osc.sender", ZeroInputs())

    assert peer.received() == [("/input/Voice", [0]), *REST]
    sender.advance(10.0)
    assert ("/input/Voice", [0]) not in peer.received()


def test_everything_comes_to_rest_at_stop(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 5.0))
    sender.give("osc.sender", Typing(True))
    peer.received()
    sender.lives["osc.sender"].stop()

    assert peer.received() == [("/input/Vertical", [0.0]), *REST]


def test_what_a_crashed_incarnation_held_comes_to_rest_at_the_next_start(
    sender: Any, stage: Any, peer: Any
) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 5.0))
    peer.received()
    stage.start(Sender(Osc(output_port=peer.port)), "osc.sender", 2)

    assert ("/input/Vertical", [0.0]) in peer.received()


def test_an_incarnation_that_ends_leaves_no_socket_behind(sender: Any, peer: Any) -> None:
    life = sender.lives["osc.sender"]
    life.actor.prepare({"osc": Osc(output_port=peer.port + 1)})
    wires = [life.actor._wire, life.actor._prepared]
    life.fence()
    life.release()

    for wire in wires:
        with pytest.raises(OSError, match=r"closed|descriptor"):
            wire.send("/a", 1)


def test_a_host_by_name_is_looked_up_aside(stage: Any, peer: Any) -> None:
    stage.start(Sender(Osc(output_host="localhost", output_port=peer.port)), "osc.sender")
    found: list[Any] = []
    stage.until("osc.sender", lambda: bool(found.extend(peer.received()) or len(found) == len(REST)))

    assert found == REST


def test_an_unknown_host_degrades_and_says_what_to_do(stage: Any) -> None:
    stage.start(Sender(Osc(output_host="nowhere.invalid")), "osc.sender")
    stage.until("osc.sender", lambda: bool(stage.world.supervisor.of(HealthChanged)))

    (changed,) = stage.world.supervisor.of(HealthChanged)
    assert changed.health is Health.DEGRADED
    assert "nowhere.invalid" in changed.reason
    assert "IP address" in changed.remedy


def test_a_network_that_fails_degrades_once_and_heals(sender: Any, stage: Any, peer: Any) -> None:
    actor = sender.lives["osc.sender"].actor
    good, actor._wire = actor._wire, type(actor._wire)("255.255.255.255", 9)  # broadcasting is not permitted
    sender.give("osc.sender", Typing(True))
    sender.give("osc.sender", Typing(False))
    actor._wire.close()
    actor._wire = good
    sender.give("osc.sender", Typing(False))

    words = [changed.health for changed in sender.supervisor.of(HealthChanged)]
    assert words == [Health.OK, Health.DEGRADED, Health.OK]


def test_what_could_not_be_let_go_while_the_network_failed_is_let_go_when_it_works_again(
    sender: Any, peer: Any
) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 1.0))
    actor = sender.lives["osc.sender"].actor
    good, actor._wire = actor._wire, type(actor._wire)("255.255.255.255", 9)  # broadcasting is not permitted
    sender.advance(3.0)
    actor._wire.close()
    actor._wire = good
    peer.received()
    sender.give("osc.sender", SetInput("Run", 1.0, 5.0))
    sender.advance(1.5)

    told = peer.received()
    assert ("/input/Vertical", [0.0]) in told
    assert ("/input/Run", [0]) not in told
    sender.advance(2.0)
    assert peer.received() == []


def test_a_press_that_does_not_reach_the_game_is_not_a_reason_to_leave_an_older_one_held(
    sender: Any, peer: Any
) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 1.0))
    actor = sender.lives["osc.sender"].actor
    good, actor._wire = actor._wire, type(actor._wire)("255.255.255.255", 9)  # broadcasting is not permitted
    sender.advance(1.5)
    sender.give("osc.sender", SetInput("Vertical", 0.5, 9.0))
    actor._wire.close()
    actor._wire = good
    peer.received()
    sender.advance(1.0)
    assert ("/input/Vertical", [0.0]) in peer.received()


def test_typing_that_ends_twice_ends_nothing_else(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 1.0))
    for on in (True, False, False, False):
        sender.give("osc.sender", Typing(on))
    peer.received()
    sender.advance(1.5)
    assert peer.received() == [("/input/Vertical", [0.0])]


class Unplugged(Wire):
    """A wire that takes nothing until it is mended."""

    tries = 0
    mended = False

    def send(self, address: str, *values: Value) -> None:
        type(self).tries += 1
        if not self.mended:
            raise OSError(101, "Network is unreachable")
        super().send(address, *values)


def test_while_nothing_can_be_sent_one_attempt_a_second_is_made_to_come_to_rest(
    stage: Any, peer: Any
) -> None:
    class Mine(Unplugged):
        pass

    stage.start(Sender(Osc(output_port=peer.port), Mine), "osc.sender")
    at_start = Mine.tries
    stage.world.advance(5.5)
    assert Mine.tries == at_start + 5
    Mine.mended = True
    stage.world.advance(1.0)
    assert peer.received() == REST
    stage.world.advance(5.0)
    assert peer.received() == []


@pytest.mark.parametrize("further", [1, -1])
def test_another_port_is_moved_to_and_the_same_is_not(
    sender: Any, peer: Any, further: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = sender.lives["osc.sender"].actor
    made: list[int] = []

    class Noted(Wire):
        def __init__(self, ip: str, port: int) -> None:
            made.append(port)
            super().__init__(ip, port)

    monkeypatch.setattr(actor, "_wiring", Noted)
    for port in (peer.port, peer.port + further):
        sections = {"osc": Osc(output_port=port)}
        actor.prepare(sections)
        assert actor.commit(sections)
    assert made == [peer.port + further]
    assert peer.received() == REST


@pytest.mark.liblo
def test_oscdump_understands_all_that_is_sent(stage: Any) -> None:
    if shutil.which("oscdump") is None:
        pytest.skip("oscdump is not here: apt-get install liblo-tools")
    port = free_port()
    with subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True) as dump:
        assert dump.stdout is not None
        stage.start(Sender(Osc(output_port=port)), "osc.sender")
        over = threading.Event()
        lines: list[str] = []

        def read() -> None:
            for line in dump.stdout or ():
                lines.append(line.split(" ", 1)[1].strip())  # without the time
                over.set()

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for _ in range(100):  # until it listens
                stage.world.give("osc.sender", Typing(True))
                stage.world.give("osc.sender", Typing(False))
                if over.wait(5.0 if lines else 0.1):
                    break
            stage.world.give("osc.sender", ChatboxText(1, "Grüße"))
            stage.world.give("osc.sender", SetParameter("VRCEmote", 3))
            stage.world.give("osc.sender", SetParameter("Hat", True))
            stage.world.give("osc.sender", SetInput("Vertical", 0.5, 1.0))
            sent = ["/chatbox/input sTF", "/avatar/parameters/VRCEmote i 3", "/avatar/parameters/Hat T"]
            sent.append("/input/Vertical f 0.500000")
            for _ in range(100):
                if all(any(line.startswith(one) for line in lines) for one in sent):
                    break
                over.clear()
                over.wait(0.1)  # short: it is looked again
            assert [one for one in sent if not any(line.startswith(one) for line in lines)] == [], lines
        finally:
            dump.terminate()
            reader.join()


def test_a_host_of_ipv6_is_sent_to(stage: Any) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as game:
        game.bind(("::1", 0))
        game.settimeout(10.0)
        stage.start(Sender(Osc(output_host="::1", output_port=game.getsockname()[1])), "osc.sender")
        assert OscMessage(game.recv(65536)).address == REST[0][0]


def test_who_watches_the_chatbox_hears_what_it_shows_and_every_change(sender: Any, stage: Any) -> None:
    sender.give("osc.sender", ChatboxText(1, "One."))
    sender.give("osc.sender", WatchChatbox("asker"))
    begun = stage.asker.of(ChatboxIs)
    assert [(one.turn, one.text, one.typing) for one in begun] == [(1, "One.", False)]
    sender.give("osc.sender", Typing(True))
    sender.give("osc.sender", ChatboxText(1, "Two."))
    sender.advance(2.0)
    told = [(one.text, one.typing, one.waiting) for one in stage.asker.of(ChatboxIs)[1:]]
    assert told == [("One.", True, 0), ("One.", True, 1), ("Two.", True, 0)]
    assert stage.asker.of(ChatboxIs)[-1].at > begun[0].at
    sender.give("osc.sender", WatchChatbox("asker", on=False))
    sender.give("osc.sender", Typing(False))
    assert len(stage.asker.of(ChatboxIs)) == 4
