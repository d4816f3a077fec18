"""Homes have their turns at an engine one after another, whoever asks most."""

import threading
from collections.abc import Callable

import pytest

from supervisor.services.turns import Crowded, FairTurns

WITHIN = 20.0


class Queue:
    """Requests of homes, each in a thread of its own; `order` is that of their turns."""

    def __init__(self, turns: FairTurns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self._threads: list[threading.Thread] = []

    def ask(self, home: str) -> None:
        before = self.turns.waiting
        thread = threading.Thread(target=self._turn, args=(home,), daemon=True)
        thread.start()
        self._threads.append(thread)
        wait_for(lambda: self.turns.waiting == before + 1)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(WITHIN)
            assert not thread.is_alive()

    def _turn(self, home: str) -> None:
        assert self.turns.enter(home, WITHIN)
        self.order.append(home)
        self.turns.leave(home)


def wait_for(condition: Callable[[], bool]) -> None:
    gate = threading.Event()
    for _ in range(2000):
        if condition():
            return
        gate.wait(0.01)
    assert condition()


def test_a_flood_of_one_home_does_not_come_before_the_others() -> None:
    turns = FairTurns(1, most_waiting=8)
    assert turns.enter("busy", WITHIN)
    queue = Queue(turns)
    for home in ("flood", "flood", "flood", "flood", "a", "b", "a"):
        queue.ask(home)
    turns.leave("busy")
    queue.join()
    assert queue.order == ["flood", "a", "b", "flood", "a", "flood", "flood"]
    assert turns.served == {"busy": 1, "flood": 4, "a": 2, "b": 1}


def test_who_uses_a_place_already_is_after_who_uses_none() -> None:
    turns = FairTurns(2, most_waiting=8)
    assert turns.enter("flood", WITHIN)
    assert turns.enter("other", WITHIN)
    queue = Queue(turns)
    queue.ask("flood")
    queue.ask("late")
    turns.leave("other")
    queue.join()
    assert queue.order[0] == "late"
    turns.leave("flood")


def test_too_many_of_one_home_are_refused_and_nobody_elses() -> None:
    turns = FairTurns(1, most_waiting=2)
    assert turns.enter("a", WITHIN)
    queue = Queue(turns)
    queue.ask("a")
    queue.ask("a")
    with pytest.raises(Crowded):
        turns.enter("a", WITHIN)
    queue.ask("b")
    turns.leave("a")
    queue.join()


def test_who_gives_up_waiting_leaves_no_trace() -> None:
    turns = FairTurns(1, most_waiting=1)
    assert turns.enter("a", WITHIN)
    assert not turns.enter("b", 0.0)
    turns.leave("a")
    assert turns.enter("b", 0.0), "the place is free, and nobody is before it"
    turns.leave("b")
    assert turns.served == {"a": 1, "b": 1}
