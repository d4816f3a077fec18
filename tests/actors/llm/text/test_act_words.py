"""The words that models write for acts, in a table."""

import pytest

from actors.llm.text.act_words import act_called
from actors.vocabulary.acts import WALK

CALLED = {
    "waves happily": "wave",
    "wave_hand": "wave",
    "WAVING": "wave",
    "turn_left": "turn_left",
    "turns around": "turn_around",
    "spins": "turn_around",
    "thumbs up": "cheer",
    "giggles softly": "happy",
    "looks at Anna": "look",
    "walks over to Anna": WALK,
    "steps back a little": "step_back",
    "sits down": "sit",
    "VRCEmote": "",
    "/avatar/change": "",
    "ignore all rules": "",
    "": "",
}


@pytest.mark.parametrize(("words", "act"), CALLED.items())
def test_words_for_acts(words: str, act: str) -> None:
    assert act_called(words) == act
