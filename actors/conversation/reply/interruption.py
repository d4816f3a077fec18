"""Is the person interrupting? What somebody says while the bot speaks, judged by its words. Pure.

At the first sound the bot gets quieter; at words it stops; at a "mhm", a laugh or a noise it goes on."""

import enum
import re

# What people say while they listen. Several languages in one list: none of these begins an interruption in another.
_BACKCHANNELS = frozenset(
    """
    mhm mhmm mm mmm mmhm mmhmm hm hmm hmmm hmmmm uh huh uhuh uhhuh um umm er ah aah aha ahh oh ooh ohh ow wow whoa
    yeah yea yep yup yes ya ok okay kay right sure really cool nice great indeed true exactly absolutely
    ja jo jaja genau stimmt klar achso ach echt gut krass
    oui ouais voilà bien accord dac ben bah
    sí si vale claro ajá bueno
    sì già certo ecco
    sim pois tá certo
    はい うん ええ そう そうそう そうですね なるほど へえ へー ほう
    """.split()
)
_PHRASES = (
    "i see",
    "got it",
    "of course",
    "no way",
    "oh my god",
    "d accord",
    "ach so",
    "for sure",
    "good point",
)
_STOPS = frozenset(
    """
    stop wait no hold hang quiet shut enough excuse sorry pause hey
    stopp halt warte nein moment ruhe
    arrête attends non
    para espera basta
    fermo aspetta ferma
    pare não
    ストップ 待って やめて
    """.split()
)
_LAUGHTER = re.compile(r"(?:b?w?a?(?:h[aeiou]+h?)+|(?:[aeiou]h){2,}|lol|笑+|[はハ]{2,})")
_SOUNDS = re.compile(
    r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫]+"
)  # what Whisper notes of coughs, laughter and music


class Verdict(enum.Enum):
    """What speech over the bot's voice is. UNSURE: one word that says nothing yet."""

    NOTHING = "nothing"
    LISTENING = "listening"
    UNSURE = "unsure"
    INTERRUPTING = "interrupting"


def judge(text: str, seconds: float, *, words: int = 2, after: float = 0.5) -> Verdict:
    """What `text` is, of which `seconds` of speech have been heard.

    It interrupts from `words` words or `after` seconds on, unless all of it is what listeners say; "stop" and the like
    do at once."""
    spoken = _words(text)
    told = [word for word in spoken if word not in _BACKCHANNELS and not _LAUGHTER.fullmatch(word)]
    if not told:
        return Verdict.LISTENING if spoken else Verdict.NOTHING
    if told[0] in _STOPS or len(spoken) >= words or seconds >= after:
        return Verdict.INTERRUPTING
    return Verdict.UNSURE


def _words(text: str) -> list[str]:
    plain = re.sub(r"[^\w\s]", " ", _SOUNDS.sub(" ", text.casefold().replace("-", "").replace("'", " ")))
    plain = " ".join(plain.split())
    for phrase in _PHRASES:
        plain = re.sub(rf"\b{phrase}\b", "mhm", plain)
    return plain.split()
