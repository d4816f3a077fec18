"""What follows from what is known of the way from the speaker to the microphone."""

import pytest

from actors.audio.echo.alignment import Match, Trace
from actors.audio.echo.path import EchoPath, Look, Setting, mode_of


def looked(lag: int = 1000, score: float = 40.0, before: float = 0.1, after: float = 0.1) -> Look:
    return Look(Match(0, score, 0.5), lag, before=before, after=after)


def searched(score: float = 4.0, seconds: float = 0.5, *, quiet: bool = True) -> Trace:
    return Trace(1000, score, 0.5, seconds, quiet)


CANCELLED = looked(after=0.01)
ABSENT = searched(seconds=0.8)


def path(*found: Look | Trace) -> EchoPath:
    state = EchoPath()
    for one in found:
        state = state.seen(one) if isinstance(one, Look) else state.searched(one)
    return state


def test_nobody_knows_before_something_was_played() -> None:
    assert path().comes_back is None
    assert path(*[Look(None)] * 50).comes_back is None


def test_short_replies_without_a_trace_add_up_until_the_voice_does_not_come_back() -> None:
    assert path(searched(seconds=0.5)).comes_back is None
    assert path(searched(seconds=0.5), searched(seconds=0.4)).comes_back is False
    assert path(*[searched(9.0)] * 50).comes_back is None, "that may be a person over a soft echo"


def test_beside_other_sound_that_may_hide_it_four_times_as_much_is_needed() -> None:
    noisy = searched(seconds=0.8, quiet=False)
    assert path(*[noisy] * 3).comes_back is None
    assert path(*[noisy] * 4).comes_back is False


def test_a_look_at_what_just_came_tells_nothing_of_a_voice_that_may_still_come() -> None:
    assert path(*[looked(score=4.0)] * 100).comes_back is None


def test_one_word_that_is_found_again_is_the_voice() -> None:
    state = path(searched(25.0, 0.4))
    assert (state.comes_back, state.lag, state.converged) == (True, 1000, False)
    assert path(searched(15.0, 0.4)).comes_back is None


def test_a_voice_that_was_never_heard_may_come_back_later() -> None:
    state = path(ABSENT, looked())
    assert state.comes_back is True


def test_a_chance_match_as_of_a_reply_that_just_begins_is_not_the_voice() -> None:
    assert path(*[looked(score=15.0)] * 50).comes_back is None
    assert path(ABSENT, looked(score=15.0)).comes_back is False
    assert path(looked(), looked(score=15.0), *[CANCELLED] * 3).converged, (
        "where it was found, less is enough"
    )
    assert path(looked(), looked(lag=9000, score=15.0)).lag == 1000


def test_a_voice_that_is_not_found_for_long_does_not_come_back_any_more() -> None:
    nearly = [searched(seconds=1.5)] * 13
    assert path(looked(), *nearly).comes_back is True
    assert path(looked(), *nearly, looked(), *nearly).comes_back is True
    assert path(looked(), *nearly, searched(seconds=1.5)).comes_back is False


def test_it_has_converged_when_the_voice_is_much_quieter_and_stays_so_until_it_leaks() -> None:
    assert not path(looked(), CANCELLED, CANCELLED).converged
    state = path(looked(), *[CANCELLED] * 3)
    assert state.converged
    assert state.seen(looked(after=0.05)).converged
    assert not state.seen(looked(after=0.09)).converged
    assert state.searched(searched()).converged, "a person who speaks hides the voice"


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
        ("auto", [ABSENT], "", "free", True),
        ("auto", [ABSENT], "no wheel", "free", True),
        ("auto", (looked(),), "", "half_duplex", False),
        ("auto", [CANCELLED] * 3, "", "cancel", True),
        ("cancel", [CANCELLED] * 3, "", "cancel", True),
        ("auto", [CANCELLED] * 3, "no wheel", "half_duplex", False),
    ],
)
def test_people_are_heard_over_the_voice_only_where_none_of_it_is_left(
    setting: Setting, looks: tuple[Look | Trace, ...], missing: str, name: str, clear: bool
) -> None:
    mode = mode_of(setting, path(*looks), missing)
    assert (mode.name, mode.clear) == (name, clear)
    assert mode.reason
    assert mode.able is (name != "half_duplex" or not missing)
