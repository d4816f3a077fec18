"""What follows from what is known of the way from the speaker to the microphone."""

import pytest

from actors.audio.echo.alignment import Match
from actors.audio.echo.path import EchoPath, Look, Setting, mode_of


def looked(lag: int = 1000, score: float = 40.0, before: float = 0.1, after: float = 0.1) -> Look:
    return Look(Match(0, score, 0.5), lag, certain=True, before=before, after=after)


NOTHING = looked(score=4.0)
CANCELLED = looked(after=0.01)


def path(*looks: Look) -> EchoPath:
    state = EchoPath()
    for look in looks:
        state = state.seen(look)
    return state


def test_nobody_knows_before_something_was_played() -> None:
    assert path().comes_back is None
    assert path(*[Look(None)] * 50).comes_back is None


def test_only_many_looks_without_a_trace_say_that_the_voice_does_not_come_back() -> None:
    assert path(*[NOTHING] * 11).comes_back is None
    assert path(*[NOTHING] * 12).comes_back is False
    assert path(*[looked(score=9.0)] * 50).comes_back is None, "that may be a person over a soft echo"
    few = Look(Match(0, 4.0, 0.0), 0, certain=False)
    assert path(*[few] * 50).comes_back is None, "too little was played to tell"


def test_a_voice_that_was_never_heard_may_come_back_later() -> None:
    state = path(*[NOTHING] * 12, looked())
    assert state.comes_back is True


def test_a_chance_match_as_of_a_reply_that_just_begins_is_not_the_voice() -> None:
    assert path(*[looked(score=15.0)] * 50).comes_back is None
    assert path(*[NOTHING] * 12, looked(score=15.0)).comes_back is False
    assert path(looked(), looked(score=15.0), *[CANCELLED] * 3).converged, (
        "where it was found, less is enough"
    )
    assert path(looked(), looked(lag=9000, score=15.0)).lag == 1000


def test_a_voice_that_is_not_found_for_long_does_not_come_back_any_more() -> None:
    assert path(looked(), *[NOTHING] * 39).comes_back is True
    assert path(looked(), *[NOTHING] * 39, looked(), *[NOTHING] * 39).comes_back is True
    assert path(looked(), *[NOTHING] * 40).comes_back is False


def test_it_has_converged_when_the_voice_is_much_quieter_and_stays_so_until_it_leaks() -> None:
    assert not path(looked(), CANCELLED, CANCELLED).converged
    state = path(looked(), *[CANCELLED] * 3)
    assert state.converged
    assert state.seen(looked(after=0.05)).converged
    assert not state.seen(looked(after=0.09)).converged
    assert state.seen(NOTHING).converged, "a person who speaks hides the voice"


def test_a_voice_too_soft_to_be_heard_counts_as_cancelled() -> None:
    assert path(*[looked(before=0.0006, after=0.0004)] * 3).converged


@pytest.mark.parametrize(
    ("lag", "after", "proven"),
    [(1100, 0.03, True), (1900, 0.03, False), (150, 0.03, False), (1900, 0.01, True), (2600, 0.01, True)],
)
def test_after_a_jump_of_the_delay_it_has_to_be_proven_again_unless_the_canceller_has_followed(
    lag: int, after: float, proven: bool
) -> None:
    state = path(*[CANCELLED] * 3, looked(lag, after=after))
    assert state.converged is proven
    assert state.lag == lag


@pytest.mark.parametrize(
    ("setting", "looks", "missing", "name", "clear"),
    [
        ("free", (), "", "free", True),
        ("half_duplex", [CANCELLED] * 3, "", "half_duplex", False),
        ("auto", (), "", "half_duplex", False),
        ("auto", [NOTHING] * 12, "", "free", True),
        ("auto", [NOTHING] * 12, "no wheel", "free", True),
        ("auto", (looked(),), "", "half_duplex", False),
        ("auto", [CANCELLED] * 3, "", "cancel", True),
        ("cancel", [CANCELLED] * 3, "", "cancel", True),
        ("auto", [CANCELLED] * 3, "no wheel", "half_duplex", False),
    ],
)
def test_people_are_heard_over_the_voice_only_where_none_of_it_is_left(
    setting: Setting, looks: tuple[Look, ...], missing: str, name: str, clear: bool
) -> None:
    mode = mode_of(setting, path(*looks), missing)
    assert (mode.name, mode.clear) == (name, clear)
    assert mode.reason
    assert mode.able is (name != "half_duplex" or not missing)
