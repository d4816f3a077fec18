"""Games that multicast DNS announces are found without an instance, and what an instance found is said."""

from collections.abc import Iterator

import pytest

from config.schema import Osc
from supervisor.demo.vrchat.query import LOOPBACK
from supervisor.doctor.running import Running
from supervisor.doctor.vrchat import oscquery
from supervisor.doctor.vrchat.oscquery import QueryFacts, judge
from tests.doubles.mdns import alone_on_the_network
from tests.doubles.queried_game import QueriedGame
from tests.supervisor.doctor.conftest import Make, said

ON = Osc(query="on")
TRIES = 5
"""A look is short, and a busy machine may answer later."""


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests stay on the loopback."""
    monkeypatch.setattr(oscquery, "interface_towards", lambda host: LOOPBACK)
    with alone_on_the_network():
        yield


@pytest.mark.usefixtures("network")
def test_a_game_that_is_announced_is_found_and_asked_and_one_that_does_not_answer_is_told(
    subject: Make,
) -> None:
    silent = QueriedGame("VRChat-Client-BBBBBB")
    silent.host_info = b"<html>"
    with QueriedGame("VRChat-Client-AAAAAA", addresses=("192.0.2.77", LOOPBACK)), silent:
        for _ in range(TRIES):
            facts = oscquery.gather(subject(osc={"query": "on"}))
            if len(facts.games or ()) == 2:
                break
        found = judge(facts)
    assert sorted(said(found)) == [
        "note: VRChat-Client-BBBBBB is announced and does not answer",
        "ok: VRChat-Client-AAAAAA is found, and says to take OSC at 127.0.0.1:9000: OSC is on",
    ]


@pytest.mark.usefixtures("network")
def test_no_game_is_told(subject: Make) -> None:
    (found,) = judge(oscquery.gather(subject(osc={"query": "on"})))
    assert (found.severity, found.seen) == ("note", "no game was found within 2 s")


def test_a_network_that_cannot_be_used_is_a_note(subject: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oscquery, "interface_towards", lambda host: "192.0.2.7")
    (found,) = judge(oscquery.gather(subject(osc={"query": "on"})))
    assert found.severity == "note"
    assert "multicast DNS cannot be used" in found.seen
    assert "5353" in found.remedy


def running(**games: object) -> Running:
    return Running(7, status={"ready": True}, games=games)


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (QueryFacts(Osc(query="off"), Running()), "ok: not used (osc.query: off); the two UDP ports are"),
        (QueryFacts(ON, running()), "note: Gerald is not announced"),
        (QueryFacts(ON, running(name="G", games={})), "note: announced as G; no game is found"),
        (
            QueryFacts(ON, running(name="G", games={"A": "h:9000"}, ours="A")),
            "ok: announced as G; A is found at h:9000: OSC is on",
        ),
        (
            QueryFacts(ON, running(name="G", games={"A": "h:1", "B": "h:1"}, ours="")),
            "problem: several games are found (A, B), and which is meant cannot be told",
        ),
        (
            QueryFacts(ON, running(name="G", games={"A": "h:1", "B": "h:2"}, ours="B")),
            "ok: announced as G; B is found at h:2: OSC is on",
        ),
    ],
)
def test_what_the_running_instance_found(facts: QueryFacts, line: str) -> None:
    assert said(judge(facts)) == [line]
