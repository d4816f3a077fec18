"""Where an actor runs: even spread, what hosts take, elsewhere, and that nothing comes and goes with a bad link."""

import pytest

from supervisor.hosts.placement.choice import (
    LONGEST_STEADY,
    STEADY,
    HostSeen,
    Place,
    Wish,
    choose,
    moves,
    steady_after,
)

A, B, C = (HostSeen(name, True, labels=("gpu",)) for name in "abc")
AWAY = HostSeen("a", False, "is away (lost)")


def test_it_runs_on_the_host_that_is_named() -> None:
    assert choose(Wish("llm.local", "host:b"), (A, B), {}) == Place("host", "b")


@pytest.mark.parametrize("elsewhere", ["thread", "process", "wait"])
def test_it_runs_elsewhere_as_configured_while_its_host_is_away(elsewhere: str) -> None:
    found = choose(Wish("llm.local", "host:a", elsewhere=elsewhere), (AWAY, B), {})
    assert found == Place(elsewhere, why="a is away (lost)")


def test_instances_are_spread_evenly() -> None:
    running: dict[str, str] = {}
    for number in range(1, 7):
        address = "vision.detector" if number == 1 else f"vision.detector/{number}"
        running[address] = choose(Wish(address, "host:*"), (A, B, C), running).host
    assert sorted(running.values()) == ["a", "a", "b", "b", "c", "c"]


def test_among_equals_the_emptiest_host_is_taken() -> None:
    running = {"speech.recognizer": "a", "speech.synthesizer": "b", "vision.depth": "b"}
    assert choose(Wish("llm.local", "host:*"), (A, B, C), running).host == "c"


def test_a_host_takes_no_more_than_it_is_said_to() -> None:
    small = HostSeen("a", True, most={"vision.detector": 1})
    wish = Wish("vision.detector/2", "host:*")
    assert choose(wish, (small,), {"vision.detector": "a"}) == Place(
        "process", why="a takes no more of vision.detector"
    )
    assert choose(wish, (small, B), {"vision.detector": "a", "vision.reader": "b"}).host == "b"


def test_labels_say_which_hosts_are_meant() -> None:
    plain = HostSeen("d", True)
    wish = Wish("llm.local", "host:*", ("gpu",))
    assert choose(wish, (plain, B), {"vision.depth": "b"}).host == "b"
    assert choose(wish, (plain,), {}) == Place("process", why="no host is meant by host:* with gpu")


def test_a_host_that_may_come_soon_is_waited_for_unless_another_is_there() -> None:
    coming = HostSeen("a", False, "is away", expected=True)
    assert choose(Wish("llm.local", "host:a"), (coming,), {}).soon
    assert choose(Wish("llm.local", "host:*"), (coming, B), {}).host == "b"


def test_what_runs_where_it_should_stays() -> None:
    wish = Wish("llm.local", "host:*")
    assert not moves(wish, Place("host", "a"), (A, B), {"llm.local": "a"})
    assert not moves(Wish("llm.local", "host:a"), Place("process", why="x"), (AWAY,), {})


def test_it_goes_back_when_its_host_is_there_again() -> None:
    assert moves(Wish("llm.local", "host:a"), Place("process", why="x"), (A,), {})
    assert moves(Wish("llm.local", "host:a", elsewhere="wait"), Place("wait", why="x"), (A,), {})


def test_it_leaves_a_host_that_takes_it_no_more() -> None:
    drained = HostSeen("a", False, "is drained")
    assert moves(Wish("llm.local", "host:a"), Place("host", "a"), (drained,), {"llm.local": "a"})


def test_a_new_host_gets_some_of_what_crowds_another_and_no_more_than_evens_it_out() -> None:
    running = {"vision.detector": "a", **{f"vision.detector/{n}": "a" for n in (2, 3, 4)}}
    moved = []
    for address in list(running):
        wish = Wish(address, "host:*")
        if moves(wish, Place("host", running[address]), (A, B), running):
            running[address] = choose(wish, (A, B), {a: h for a, h in running.items() if a != address}).host
            moved.append(address)
    assert sorted(running.values()) == ["a", "a", "b", "b"]
    assert len(moved) == 2


def test_a_host_that_comes_and_goes_is_believed_ever_later() -> None:
    assert steady_after((), 100.0) == 0.0
    assert steady_after((99.0,), 100.0) == STEADY
    assert steady_after((97.0, 98.0, 99.0), 100.0) == 4 * STEADY
    assert steady_after(tuple(range(80, 100)), 100.0) == LONGEST_STEADY
    assert steady_after((99.0,), 1000.0) == 0.0
