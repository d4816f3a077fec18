"""The terms by which facts and questions are compared: stems of the words, near words, and kinds. Pure.

A near word is marked `~`, so that it counts for less than the word itself; a kind is marked `#`."""

import re
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

from actors.users.facts.fact import Fact
from actors.vocabulary.lexicon import is_a, related, singular

WORDS = 40  # of a question; the rest is not looked at

_stemmer = Stemmer.Stemmer("english")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_SMALL = frozenset(
    """
    a about again ago all also always am an and any are as ask at be because been before being but by can come could did
    do does doing don't ever for from get give go got had has have having he hear her here hers hey hi him his how i i'd
    i'll i'm i've if in into is it it's its just know last let like likes long lot made make many maybe me mean mine more
    most much my name need no not now of off ok on one only or other our out over own please really recall remember
    remind right said same say see she should so some something still such sure take talk tell than thank that that's the
    their them then there these they thing things think this those time to today told too up us use very want was we
    well were what what's when where which who who's whom why will with would yeah yes you you're your yours gerald
    """.split()
)

# What a question asks for, by its words: where one of these fits, facts of that kind are meant.
_CUES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"\bwhere\b.*\b(?:live|stay|home|move|reside|based|house)|\b(?:city|town|country|address)\b|\blive[sd]?\b|\bmoved?\b|\bneighbou?rhood\b",
        ("home",),
    ),
    (
        r"\bwhere\b.*\bfrom\b|\borigin|\bcome from\b|\bgrew up\b|\bborn\b|\bhometown\b|\bnationality\b|\bchildhood\b|\braised\b",
        ("origin", "home"),
    ),
    (r"\bborn\b|\bbirthday\b|\bwish .* happy\b|\bpresent\b|\bcelebrat", ("birthday",)),
    (r"\bhow old\b|\bage\b|\byears old\b|\byounger\b|\bolder\b", ("age", "birthday")),
    (
        r"\b(?:job|work|works|working|profession|occupation|career|employ\w*|living|earn|money|office|trade|boss)\b|\bwhat (?:do|does) \w+ do\b",
        ("work",),
    ),
    (
        r"\b(?:school|university|college|stud(?:y|ies|ying|ied)|degree|major|subject|class|learn\w*)\b",
        ("work", "does"),
    ),
    (r"\b(?:pets?|animals?|companion|furry|creature)\b", ("pet",)),
    (
        r"\b(?:family|relatives?|siblings?|kids?|children|parents?|relations?|married|marriage|spouse|partner|related)\b",
        ("family",),
    ),
    (
        r"\b(?:allerg\w*|health|sick|ill|illness|disease|condition|diet|eat|eating|avoid|medical|doctor|careful|dangerous|harm|safe)\b",
        ("health",),
    ),
    (
        r"\b(?:hobb\w+|free time|spare time|weekends?|for fun|pastimes?|interests?|interested|talents?|skills?|good at|instruments?|languages?|sports?|do every)\b",
        ("does", "like"),
    ),
    (r"\b(?:favou?rite|best|most of all)\b", ("favourite", "like")),
    (
        r"\b(?:like|likes|love|loves|enjoy|enjoys|fond|into|taste|pleases?|happy|cheer)\b",
        ("like", "favourite"),
    ),
    (r"\b(?:hate|hates|dislike|dislikes|stand|annoy\w*|bother\w*|can't stand|avoid)\b", ("dislike",)),
    (r"\b(?:afraid|scared|scares?|fears?|frighten\w*|phobia|terrif\w*|nervous)\b", ("fear",)),
    (r"\b(?:promise\w*|owe|swore|swear|agreed|word)\b", ("promise",)),
    (
        r"\b(?:plans?|planned|meet|meeting|appointment|schedule\w*|coming up|going to|upcoming|soon|next|tomorrow|supposed|arranged?)\b",
        ("plan", "promise"),
    ),
    (
        r"\b(?:together|we did|did we|have we|were we|you and i|you and me|us|last time)\b",
        ("together", "plan"),
    ),
    (
        r"\b(?:want|wants|wish|wishes|dreams?|goals?|hope|hopes|future|someday|saving|ambition)\b",
        ("wants", "plan"),
    ),
    (r"\b(?:call me|called|my name|who am i|nickname)\b", ("name",)),
    (r"\b(?:own|owns|possess\w*|belong\w*|have got|drive|vehicle)\b", ("has",)),
    (
        r"\b(?:happened|yesterday|recently|lately|last (?:week|month|year)|news|been up to)\b",
        ("did", "together"),
    ),
    (r"\b(?:code|password|reminder|keep in mind|note)\b", ("remember",)),
)
_KINDS = tuple((re.compile(cue), tuple(f"#{kind}" for kind in kinds)) for cue, kinds in _CUES)


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text` that carry its matter, in lower case."""
    found = _WORD.findall(text.casefold().replace("’", "'"))
    return tuple(
        word.removesuffix("'s") for word in found if word not in _SMALL and (len(word) > 1 or word.isdigit())
    )


def terms_of_question(text: str) -> tuple[str, ...]:
    """The terms of what somebody says, its own words twice."""
    words = words_of(text)[:WORDS]
    stems = tuple(map(_stem, words))
    kinds = dict.fromkeys(kind for cue, found in _KINDS if cue.search(text.casefold()) for kind in found)
    return (*stems, *stems, *dict.fromkeys(near for word in words for near in _near(word)), *kinds)


@lru_cache(4096)
def terms_of_text(text: str) -> tuple[str, ...]:
    """The terms of a fact's words."""
    words = words_of(text)
    return (*map(_stem, words), *dict.fromkeys(near for word in words for near in _near(word)))


def terms_of(fact: Fact) -> tuple[str, ...]:
    """The terms of a fact."""
    return (*terms_of_text(fact.text), f"#{fact.kind}")


def stems_of(text: str) -> frozenset[str]:
    """The stems of the words of `text` that carry its matter."""
    return frozenset(map(_stem, words_of(text)))


@lru_cache(8192)
def _near(word: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(f"~{_stem(near)}" for near in (singular(word), *related(word), *_classes(word)))
    )


def _classes(word: str) -> Iterator[str]:
    """What people call such things, where the table has only the scholar's word."""
    if is_a(word, "animal", "bird", "fish", "reptile", "rodent"):
        yield "pet"
    if is_a(word, "instrument"):
        yield "music"
    if is_a(word, "food", "dish", "meal", "fruit", "vegetable", "dessert"):
        yield from ("food", "eat")
    if is_a(word, "beverage"):
        yield "drink"
    if is_a(word, "worker", "professional", "artist", "educator"):
        yield "job"


@lru_cache(8192)
def _stem(word: str) -> str:
    return str(_stemmer.stemWord(word))
