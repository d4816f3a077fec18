"""Who has the two UDP ports, and whether anything comes; on real sockets."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from config.schema import Osc
from supervisor.demo.instance import free_port
from supervisor.doctor.running import Running
from supervisor.doctor.vrchat import osc
from supervisor.doctor.vrchat.osc import OscFacts, judge
from supervisor.doctor.vrchat.ports import Heard, Holders, holders, listen
from tests.supervisor.doctor.conftest import Make, said, worst

HERE = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A UDP port that this process has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((HERE, 0))
        yield other.getsockname()[1]


def test_whoever_has_a_port_is_named(taken: int) -> None:
    found = holders(taken)
    assert found.pids == {os.getpid()}
    assert f"(process {os.getpid()})" in str(found)
    assert not holders(free_port()).processes


def test_a_port_of_another_program_is_a_problem_and_with_oscquery_a_note(taken: int, subject: Make) -> None:
    found = judge(osc.gather(subject(osc={"input_port": taken, "output_port": free_port()})))
    assert found[0].severity == "problem"
    assert f"UDP port {taken}" in found[0].seen
    assert f"process {os.getpid()}" in found[0].seen
    assert "osc.input_port" in found[0].remedy
    found = judge(osc.gather(subject(osc={"input_port": taken, "output_port": free_port(), "query": "on"})))
    assert (found[0].severity, "heard by OSCQuery only" in found[0].seen) == ("note", True)


def test_datagrams_that_come_are_counted_and_the_port_is_given_back(subject: Make) -> None:
    port, over = free_port(), threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as game:
            while not over.is_set():
                game.sendto(b"/avatar/parameters/Viseme\0\0\0,i\0\0\0\0\0\1", (HERE, port))
                over.wait(0.05)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        found = judge(osc.gather(subject(osc={"input_port": port, "output_port": free_port()})))
    finally:
        over.set()
        sender.join()
    assert any("came within 1 s: OSC is on" in line for line in said(found))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind((HERE, port))


def test_an_address_that_is_not_this_machine_s_is_said() -> None:
    heard = listen("192.0.2.7", 0, 0.0)
    assert "192.0.2.7" in heard.refused
    assert heard.remedy


@pytest.mark.usefixtures("vrchat")
def test_a_game_that_runs_and_listens_nowhere_has_its_osc_off(subject: Make) -> None:
    ports = {"input_port": free_port(), "output_port": free_port()}
    found = judge(osc.gather(subject(osc=ports)))
    (bad,) = (one for one in found if one.severity == "problem")
    assert bad.seen == f"VRChat runs, and nobody listens on UDP port {ports['output_port']}: OSC is off"
    assert "Action Menu > Options > OSC > Enabled" in bad.remedy


def facts(
    heard: Heard | None = None,
    running: Running | None = None,
    mouth: Holders | None = None,
    *,
    game: bool = False,
    here: bool = True,
    ears: Holders | None = None,
) -> OscFacts:
    nobody = Holders()
    return OscFacts(
        Osc(query="off"), ears or nobody, mouth or nobody, heard, running or Running(), game, here
    )


def instance(**told: int) -> Running:
    return Running(7, status={"ready": True}, osc=told)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (facts(Heard(), game=True), "problem: VRChat runs, and nobody listens on UDP port 9000: OSC is off"),
        (facts(Heard(), game=True), "note: VRChat runs, and no datagram came within 1 s"),
        (facts(Heard()), "note: nobody listens on UDP port 9000 yet, to which Gerald sends"),
        (
            facts(Heard(), mouth=Holders(((5, "VRChat.exe"),))),
            "ok: VRChat.exe (process 5) listens on UDP port 9000, to which Gerald sends",
        ),
        (
            facts(Heard(), mouth=Holders(((0, ""),))),
            "ok: a process of another user listens on UDP port 9000, to which Gerald sends",
        ),
        (
            facts(Heard(), mouth=Holders(is_known=False)),
            "note: who listens on UDP port 9000 is told to an administrator only",
        ),
        (
            facts(Heard(), here=False),
            "note: whether VRChat listens at UDP port 9000 of 127.0.0.1 cannot be seen from here",
        ),
        (
            facts(Heard(0, "it is taken", "x"), ears=Holders(is_known=False)),
            "problem: it is taken; who has it is told to an administrator only",
        ),
        (
            facts(running=instance(port=9001, received=3, foreign=1)),
            "ok: 3 datagrams came since its start, and 1 of other hosts were refused: OSC is on",
        ),
        (
            facts(running=instance(port=9001, foreign=2)),
            "problem: all 2 datagrams came from other hosts and were refused",
        ),
        (
            facts(running=instance(port=9001), game=True),
            "problem: VRChat runs, and not one datagram came since its start",
        ),
        (facts(running=instance(port=9001)), "note: no datagram came since its start"),
        (facts(running=instance(port=0)), "problem: UDP port 9001 is not Gerald's"),
        (facts(running=Running(7)), "note: the running instance does not say what it hears"),
    ],
)
def test_what_is_said(facts: OscFacts, line: str) -> None:
    assert line in said(judge(facts))
    assert all(one.remedy for one in judge(facts) if one.severity == "problem")


def test_all_well_is_said_without_a_remedy() -> None:
    found = judge(facts(running=instance(port=9001, received=1), mouth=Holders(((5, "VRChat.exe"),))))
    assert worst(found) == "ok"
    assert not any(one.remedy for one in found)
