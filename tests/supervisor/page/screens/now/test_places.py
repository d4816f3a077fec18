"""A place is drawn anew when its part of the state has changed, and not otherwise."""

from pathlib import Path

from msgspec.structs import replace

from supervisor.page.asking import Asking
from supervisor.page.screens import SCREENS
from supervisor.page.screens.now.places import PLACES, Drawing
from supervisor.page.screens.now.state import Exchange, Level, NowState
from supervisor.page.site import Site, environment

SENSES = {
    "muted": {"ears": True, "voice": False},
    "ears": {
        "health": "DEGRADED",
        "reason": "the microphone is silent",
        "remedy": "look at it",
        "off": False,
    },
}


def drawing(tmp_path: Path) -> Drawing:
    return Drawing(Site(tmp_path, Asking(tmp_path), SCREENS, environment()))


def test_only_what_has_changed_is_drawn_anew(tmp_path: Path) -> None:
    draw = drawing(tmp_path)
    state = NowState()
    before = draw(state, True)
    assert before.keys() == PLACES.keys()
    after = draw(replace(state, level=Level(0.5, 0.6, 1.0)), True)
    assert [name for name in PLACES if after[name] is not before[name]] == ["level"]
    assert 'class="loud" width="90"' in after["level"]


def test_who_may_only_look_is_shown_no_buttons(tmp_path: Path) -> None:
    draw = drawing(tmp_path)
    state = NowState(senses=SENSES)
    owner, friend = (draw(state, may_act) for may_act in (True, False))
    assert "Unmute ears" in owner["ears"]
    assert "Mute voice" in owner["voice"]
    assert not any("<form" in html or "<button" in html for html in friend.values())
    assert "the microphone is silent" in friend["ears"]


def test_what_was_cut_off_is_struck_through(tmp_path: Path) -> None:
    one = Exchange(7, "Hi <b>", "Mio", "usr_mio", 0.8, ("One.", "Two."), 1, "cancelled", "One.", "Ren speaks")
    talk = drawing(tmp_path)(NowState(exchanges=(one,)), False)["talk"]
    assert "Hi &lt;b&gt;" in talk
    assert "Mio, 80% sure" in talk
    assert '<s class="unsaid">Two.</s>' in talk
    assert "cut off: Ren speaks" in talk
