"""When the owner is told that nobody hears Gerald, and when the microphone is pressed on."""

from actors.osc.game.microphone import APART, MUTED, PRESSES, WITHIN, GameMicrophone

HEARD = GameMicrophone()


def test_a_muted_microphone_matters_once_gerald_speaks_and_until_it_is_on() -> None:
    muted = HEARD.told(True)
    assert muted.said(0.0, unmute=False) == ("", "")
    spoke = muted.speaks(True).speaks(False)
    assert spoke.said(0.0, unmute=False) == (MUTED, "unmute it in VRChat, or set osc.unmute: true")
    assert spoke.told(False).said(0.0, unmute=False) == ("", "")


def test_one_that_is_muted_in_the_middle_of_a_sentence_matters_at_once() -> None:
    assert HEARD.speaks(True).told(True).unheard
    assert not HEARD.speaks(True).speaks(False).told(True).unheard


def test_it_is_pressed_a_few_times_apart_and_then_said() -> None:
    spoke, now = HEARD.told(True).speaks(True), 100.0
    for _ in range(PRESSES):
        assert spoke.may_press(now)
        spoke = spoke.pressed(now)
        assert not spoke.may_press(now + APART / 2)
        now += APART
    assert not spoke.may_press(now)
    reason, remedy = spoke.said(now, unmute=True)
    assert f"{PRESSES} times did not help" in reason
    assert "Toggle Voice" in remedy
    assert spoke.may_press(now + WITHIN)


def test_who_holds_a_key_to_talk_is_not_pressed_on_for_ever() -> None:
    """There each press ends in another MuteSelf."""
    state, now, presses = HEARD.told(True).speaks(True), 0.0, 0
    while now < WITHIN:
        if state.may_press(now):
            state, presses = state.pressed(now).told(False).told(True), presses + 1
        now += 1.0
    assert presses == PRESSES


def test_nothing_is_pressed_while_gerald_is_heard() -> None:
    assert not HEARD.speaks(True).may_press(0.0)
    assert not HEARD.told(True).may_press(0.0)
