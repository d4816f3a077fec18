"""Who is told what of a state's changes."""

from actors.kernel.protocol.storage import Version
from actors.kernel.protocol.subscription import StateChanged
from actors.kernel.state.document import Subscription
from actors.kernel.state.subscriptions import NEWS, PROBE_EVERY, SUBSCRIPTIONS, NewsDue, Subscriptions
from tests.actors.kernel.parts import Garden, Gardener
from tests.actors.kernel.state.effects import Effect, Effects, Remind, Tell

ALL, NAMES = Subscription("a"), Subscription("b", "name")


def watched(*subscriptions: Subscription) -> Subscriptions:
    """With these, who know version 1 since time 0."""
    found = Subscriptions()
    found.all = subscriptions
    for subscription in subscriptions:
        found.know(subscription, Version(1, 1), 0.0)
    return found


def news(of: Subscriptions, n: int, now: float = 0.0) -> list[Effect]:
    effects, gardener = Effects(), Gardener()
    effects.time, gardener.context, gardener.version = now, effects.context, Version(1, n)
    of.announce(gardener)
    return effects.take()


def test_whom_a_change_concerns_is_told_once_and_again_after_a_while_at_the_soonest() -> None:
    found = watched(ALL, NAMES)
    found.note(Garden(1), Garden(2), ("plants",))
    told = StateChanged("garden", Version(1, 2), ("plants",), Version(1, 1))
    assert news(found, 2) == [Tell(told, "a"), Remind(NEWS, NewsDue())]
    assert found.is_due
    assert news(found, 2) == []
    assert not found.is_due


def test_changes_of_a_burst_are_told_as_one() -> None:
    found = watched(ALL)
    found.note(Garden(1), Garden(2), ("plants",))
    found.note(Garden(2), Garden(2, "new"), ("name",))
    (tell, _) = news(found, 3)
    assert isinstance(tell, Tell)
    assert tell.message == StateChanged("garden", Version(1, 3), ("plants", "name"), Version(1, 1))


def test_whoever_is_not_known_to_have_been_told_anything_sees_a_gap() -> None:
    found = Subscriptions()
    found.all = (NAMES,)
    found.note(Garden(), Garden(name="new"), ("name",))
    (tell, _) = news(found, 5)
    assert isinstance(tell, Tell)
    assert tell.message == StateChanged("garden", Version(1, 5), ("name",), Version(), "name")


def test_now_and_then_a_subscriber_is_asked_for() -> None:
    found = watched(ALL)
    for now, probes in ((0.0, False), (PROBE_EVERY, True), (PROBE_EVERY, False)):
        found.note(Garden(1), Garden(2), ("plants",))
        tell = news(found, 2, now)[0]
        assert isinstance(tell, Tell)
        assert tell.notify is probes


def test_who_has_ended_is_told_no_more_and_the_oldest_make_room() -> None:
    found = watched(*(Subscription(f"s{n}") for n in range(SUBSCRIPTIONS)))
    assert found.excess == (Subscription("s0"),)
    found.end(found.excess)
    assert found.excess == ()
    found.note(Garden(1), Garden(2), ("plants",))
    assert "s0" not in {step.to for step in news(found, 2) if isinstance(step, Tell)}
