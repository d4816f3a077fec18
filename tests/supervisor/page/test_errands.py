"""What takes longer than a browser waits."""

import threading

import pytest

from supervisor.page.commands import CommandFailed
from supervisor.page.errands import AT_ONCE, KEPT, Errand, Errands, TooManyErrands

WITHIN = 20.0


def done(errands: Errands, name: str) -> Errand:
    """The errand when it has ended."""
    for thread in threading.enumerate():
        if thread.name == f"errand {name}":
            thread.join(WITHIN)
    errand = errands.find(name)
    assert errand is not None
    assert errand.ended
    return errand


def test_an_outcome_is_kept_and_a_failure_says_why() -> None:
    errands = Errands()
    errands.start("a", lambda: 7)
    assert done(errands, "a").outcome == 7

    def refuse() -> None:
        raise CommandFailed("it was not done within 2 s")

    errands.start("b", refuse)
    assert done(errands, "b").why == "it was not done within 2 s"
    errands.start("c", lambda: 1 // 0)
    assert done(errands, "c").why == "this failed; the log says more"


def test_one_that_is_under_way_is_not_begun_twice_and_there_is_a_limit() -> None:
    errands, gate, begun = Errands(), threading.Event(), []
    for name in ("a", "a", "b"):
        errands.start(name, lambda name=name: (begun.append(name), gate.wait(WITHIN)))  # type: ignore[misc]
    assert AT_ONCE == 2
    with pytest.raises(TooManyErrands):
        errands.start("c", lambda: None)
    gate.set()
    done(errands, "a")
    done(errands, "b")
    assert sorted(begun) == ["a", "b"]
    errands.start("c", lambda: None)
    done(errands, "c")


def test_old_outcomes_are_forgotten() -> None:
    errands = Errands()
    for number in range(KEPT + 5):
        errands.start(str(number), lambda: None)
        done(errands, str(number))
    assert errands.find("0") is None
    assert errands.find(str(KEPT + 4)) is not None
