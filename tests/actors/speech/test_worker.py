"""The worker's thread, while nothing comes for a while."""

import threading

import pytest

from actors.speech import worker
from actors.speech.worker import Worker

WITHIN = 20.0


def test_it_rests_when_nothing_has_come_for_a_while_and_then_works_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "RESTS_AFTER", 0.0)
    rests, done = threading.Semaphore(0), threading.Semaphore(0)
    one: Worker[int] = Worker("worker", lambda job: done.release(), 4, rest=rests.release)
    for _ in range(3):
        assert rests.acquire(timeout=WITHIN)
        one.give(1)
        assert done.acquire(timeout=WITHIN)
    one.stop(WITHIN)
    assert not one._thread.is_alive()


def test_it_does_not_rest_while_work_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    did: list[str] = []
    begin, over = threading.Event(), threading.Event()

    def work(job: str) -> None:
        begin.wait(WITHIN)
        did.append(job)

    def rest() -> None:
        did.append("rest")
        over.set()

    one: Worker[str] = Worker("worker", work, 4, rest=rest)
    for job in ("first", "second", "third"):
        one.give(job)
    monkeypatch.setattr(worker, "RESTS_AFTER", 0.0)
    begin.set()
    assert over.wait(WITHIN)
    one.stop(WITHIN)
    assert did == ["first", "second", "third", "rest"]
