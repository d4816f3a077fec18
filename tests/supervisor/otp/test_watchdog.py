"""The watchdog: what it takes for a hang, and what not."""

import threading
from typing import Any

import pytest

from actors.kernel.directory import Directory
from actors.kernel.durations import Counts, no_counts
from actors.kernel.message import Envelope, Message
from supervisor.otp import watchdog
from supervisor.otp.messages import ChildHung
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.otp.watchdog import HangReport, Observation, Watchdog, examine
from tests.doubles.virtual_world import Probe

LONG_AGO = 0.0


@pytest.mark.parametrize(
    ("seen", "now", "kind"),
    [
        (Observation(), 1000.0, None),
        (Observation("a/1/1", "Tick", begun=100.0), 109.9, None),
        (Observation("a/1/1", "Tick", begun=100.0), 110.1, "Hung"),
        (Observation(beat=100.0), 109.9, None),
        (Observation(beat=100.0), 110.1, "Frozen"),
        (Observation("a/1/1", "Tick", begun=109.0, beat=110.0), 110.1, None),
        (Observation(rss=2_000_000), 1.0, "OutOfMemory"),
        (Observation(rss=1_000_000), 1.0, None),
    ],
)
def test_what_is_a_finding(seen: Observation, now: float, kind: str | None) -> None:
    found = examine(seen, now, LONG_AGO, handler_timeout=10.0, memory_limit=1_000_000)
    assert (found.kind if found is not None else None) == kind


def test_a_hang_names_the_message_and_its_type() -> None:
    found = examine(Observation("a/1/1", "Tick", begun=100.0), 112.0, LONG_AGO, 10.0, 0)
    assert found == HangReport("Hung", "Tick has been handled for 12.0 s", "a/1/1")


def test_too_much_memory_is_told_in_megabytes() -> None:
    found = examine(Observation(rss=300_000_000), 1.0, LONG_AGO, 10.0, memory_limit=200_000_000)
    assert found == HangReport("OutOfMemory", "its process holds 300 MB, more than memory_limit (200 MB)")


def test_time_in_which_the_watchdog_itself_stood_still_does_not_count() -> None:
    seen = Observation("a/1/1", "Tick", begun=100.0, beat=100.0)
    assert examine(seen, 500.0, 495.0, 10.0, 0) is None
    assert examine(seen, 506.0, 495.0, 10.0, 0) is not None


def test_a_small_patience_does_not_make_a_short_silence_a_freeze() -> None:
    assert examine(Observation(beat=100.0), 101.0, LONG_AGO, handler_timeout=0.1, memory_limit=0) is None


class Ping_(Message):
    pass


class FakeLife:
    """A life as the watchdog sees it."""

    pid = 1
    handling: Envelope | None = None
    begun: float | None = None
    beat = 0.0
    durations: Counts = tuple(no_counts())
    weighed = 0

    def rss(self) -> int:
        self.weighed += 1
        return 10**9

    def kill(self, why: str, kind: str = "Killed", message: str = "") -> None:
        raise AssertionError("the watchdog never kills; supervisors do")


class Rig:
    def __init__(self, **spec: Any) -> None:
        self.directory = Directory()
        self.probe = Probe()
        self.directory.open("group", self.probe)
        self.slot = ActorSlot(ChildSpec("a", "tests:None", **spec), "group", 1)
        self.life = self.slot.handle = FakeLife()
        self.slot.state, self.slot.incarnation = "running", 3
        self.dog = Watchdog(lambda: [self.slot], self.directory)
        self.dog._awake_since = 0.0

    def look(self, now: float) -> list[Message]:
        self.probe.clear()
        self.dog.look(now)
        return self.probe.messages


def test_a_hang_is_told_to_the_supervisor_once() -> None:
    rig = Rig(handler_timeout=5.0)
    rig.life.handling, rig.life.begun = Envelope("me", 1, 1, "a", Ping_()), 100.0
    assert rig.look(104.0) == []
    (told,) = rig.look(106.0)
    assert told == ChildHung("a", 3, "Hung", "Ping_ has been handled for 6.0 s", "me/1/1")
    assert rig.look(107.0) == []
    rig.life.handling, rig.life.begun = Envelope("me", 1, 2, "a", Ping_()), 107.0
    assert len(rig.look(113.0)) == 1


def test_an_actor_that_is_starting_or_stopping_has_other_time_outs() -> None:
    rig = Rig(handler_timeout=5.0)
    rig.life.handling, rig.life.begun = Envelope("me", 1, 1, "a", Ping_()), 100.0
    for state in ("starting", "stopping"):
        rig.slot.state = state
        assert rig.look(200.0) == []


def test_memory_is_weighed_only_where_there_is_a_limit_and_once_a_second() -> None:
    rig = Rig()
    rig.look(100.0)
    assert rig.life.weighed == 0
    rig = Rig(memory_limit=10**6)
    assert [type(m) for m in rig.look(100.0)] == [ChildHung]
    rig.look(100.5)
    assert rig.life.weighed == 1


def test_it_looks_more_often_where_patience_is_short() -> None:
    assert Rig(handler_timeout=0.1).dog.look(1.0) == pytest.approx(0.025)
    assert Rig(handler_timeout=60.0).dog.look(1.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("seen", "handler_timeout", "pause"),
    [
        (Observation(), 60.0, 1.0),
        (Observation(), 2.0, 0.5),
        (Observation("a/1/1", "Tick", begun=99.9), 60.0, 1.0),
        (Observation("a/1/1", "Tick", begun=42.0), 60.0, 0.5),
        (Observation("a/1/1", "Tick", begun=40.1), 60.0, 0.25),
        (Observation(beat=99.9), 60.0, 1.0),
        (Observation(beat=42.0), 60.0, 0.5),
        (Observation(beat=40.1), 60.0, 0.25),
        (Observation(beat=99.9), 0.1, 0.025),
    ],
)
def test_it_looks_seldom_while_nothing_can_be_wrong_soon(
    seen: Observation, handler_timeout: float, pause: float
) -> None:
    rig = Rig(handler_timeout=handler_timeout)
    rig.life.beat, rig.life.begun = seen.beat, seen.begun
    if seen.handling:
        rig.life.handling = Envelope("me", 1, 1, "a", Ping_())
    assert rig.dog.look(100.0) == pytest.approx(pause)


class Steps:
    """A clock and a wait, one step for each time of `times`; the watchdog has looked at all when `done` is set."""

    def __init__(self, *times: float) -> None:
        self._times = list(times)
        self._now = self._times.pop(0)
        self.done = threading.Event()

    def monotonic(self) -> float:
        return self._now

    def set(self) -> None:
        pass

    def wait(self, _: float) -> bool:
        if not self._times:
            self.done.set()
            return True
        self._now = self._times.pop(0)
        return False


@pytest.mark.parametrize(
    ("times", "told"),
    [
        ((100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0), 1),
        ((100.0, 101.0, 102.0, 106.0), 0),
        ((100.0, 101.0, 102.0, 202.0, 203.0, 204.0, 205.0, 206.0), 0),
        ((100.0, 101.0, 102.0, 202.0, 203.0, 204.0, 205.0, 206.0, 207.0, 208.0), 1),
    ],
)
def test_on_its_thread_it_finds_a_hang_but_not_the_time_that_the_machine_slept(
    monkeypatch: pytest.MonkeyPatch, times: tuple[float, ...], told: int
) -> None:
    rig, steps = Rig(handler_timeout=5.0), Steps(*times)
    monkeypatch.setattr(watchdog, "time", steps)
    monkeypatch.setattr(rig.dog, "_closed", steps)
    rig.life.handling, rig.life.begun = Envelope("me", 1, 1, "a", Ping_()), 100.5
    rig.dog.start()
    assert steps.done.wait(20)
    rig.dog.close()
    assert len(rig.probe.messages) == told
