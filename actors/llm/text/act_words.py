"""Which act is meant by the words that a model writes for it, such as "waves happily". Pure."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from actors.vocabulary.acts import WALK
from config.schema.acts import ACTS

LONGEST_NAME = 60  # characters of words that are looked at for an act

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "wave": "wave waves waving waved greet greets greeting hello hi bye goodbye winkt winken saluda salue",
        "clap": "clap claps clapping clapped applaud applauds applauding applause",
        "point": "point points pointing pointed",
        "cheer": "cheer cheers cheering cheered celebrate celebrates celebrating hooray yay thumbsup",
        "dance": "dance dances dancing danced groove grooves tanzt baila danse",
        "backflip": "backflip backflips flip flips flipping somersault",
        "sadness": "sadness weep weeps weeping cry cries crying sob sobs sobbing",
        "die": "die dies dying collapse collapses faint faints fainting",
        "happy": "happy happily smile smiles smiling smiled grin grins grinning beam beams joy joyful laugh laughs"
        " laughing chuckle chuckles giggle giggles giggling lächelt sonríe sourit",
        "sad": "sad sadly frown frowns frowning pout pouts pouting",
        "angry": "angry angrily anger glare glares glaring scowl scowls scowling",
        "surprised": "surprised surprise gasp gasps gasping shocked amazed astonished",
        "jump": "jump jumps jumping jumped hop hops hopping leap leaps leaping bounce bounces bouncing springt salta"
        " saute",
        "look": "look looks looking gaze gazes gazing eyecontact",
        "sit": "sit sits sitting",
        "stand": "stand stands standing",
        "follow": "follow follows following",
        "come": "come comes coming approach approaches",
        WALK: "walk walks walking",
    }
)
_MEANT = MappingProxyType({word: act for act, words in _WORDS.items() for word in words.split()})

_PHRASES = (
    (re.compile(r"thumbs? up"), "cheer"),
    (re.compile(r"(?:turn|spin)\w* (?:all the way |right )?(?:a?round)|(?:spin|twirl)\w*"), "turn_around"),
    (re.compile(r"turn\w* (?:to (?:the|your|its|his|her) )?left"), "turn_left"),
    (re.compile(r"turn\w* (?:to (?:the|your|its|his|her) )?right"), "turn_right"),
    (re.compile(r"step\w* (?:a (?:bit|little) )?(?:forwards?|closer|towards?)"), "step_forward"),
    (re.compile(r"(?:step|back)\w* (?:a (?:bit|little) )?(?:backwards?|back|away|off|up)"), "step_back"),
    (re.compile(r"step\w* (?:to (?:the|your) )?left"), "step_left"),
    (re.compile(r"step\w* (?:to (?:the|your) )?right"), "step_right"),
    (re.compile(r"tak\w* a step back"), "step_back"),
    (re.compile(r"tak\w* a step(?: forward)?"), "step_forward"),
    (re.compile(r"eye contact"), "look"),
    (re.compile(r"(?:stand|get)s? up"), "stand"),
)  # fmt: skip


def act_called(words: str) -> str:
    """The act that a few words mean, such as "waves happily" or "turn_left"; "" for none that is known."""
    plain = " ".join(re.sub(r"[\W_]+", " ", words[:LONGEST_NAME].casefold()).split())
    if (name := plain.replace(" ", "_")) in ACTS:
        return name
    for pattern, act in _PHRASES:
        if pattern.match(plain):
            return act
    # "slowly waves", "hand wave", "gently smiles": the first word that means an act
    return next((_MEANT[word] for word in plain.split()[:3] if word in _MEANT), "")
