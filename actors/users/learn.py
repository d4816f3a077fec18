"""What people tell of themselves: preferences, habits, moods. Rules on words, no model; pure.

What is learned quotes people: it is data wherever it goes, and short."""

import re
from collections.abc import Iterator

from actors.users.state import PATTERNS, EmotionalState, Pattern
from actors.vocabulary.lexicon import is_noun
from actors.vocabulary.values import Interaction
from actors.vocabulary.words import arousal_of, asks, plain, sentences_of, topic_of, valence_of

LONGEST_MATTER = 60
MATTER_WORDS = 6
AT_ONCE = 8  # preferences learned from one utterance

SLOWNESS = 0.05  # the share that one utterance has in the emotional baseline

HOURS = 6  # of the day, taken together

_VERB = r"(?:like|love|enjoy|adore|prefer)"
_SOMEHOW = r"(?:(?:really|also|just|absolutely|totally) )*"
_DISLIKES = re.compile(
    rf"\bi (?:{_SOMEHOW}(?:do not|don't|dont|never) {_SOMEHOW}{_VERB}"
    rf"|{_SOMEHOW}(?:hate|dislike|can't stand|cannot stand)) (.+)",
    re.I,
)
_LIKES = re.compile(rf"\bi {_SOMEHOW}{_VERB} (.+)", re.I)
_FAVOURITE = re.compile(r"\bmy favou?rite ([\w' -]{1,40}?) (?:is|are) (.+)", re.I)
_CALLED = re.compile(r"\b(?:call me|my name is|my name's) ([^\W\d_][\w'-]{0,23})\b", re.I)
_NO_NAMES = frozenset(
    "a again an any anytime back crazy if in it later maybe never no not now often on out soon that the this today "
    "tomorrow tonight up what whatever when whenever".split()
)
_NO_MATTERS = frozenset("her him it me that them these this those you".split())
_ENDS = re.compile(
    r"[,;:.!?()\"]|\s(?:but|because|cause|so|and i|and my|and you|when|if|too|though|very much|a lot)\b", re.I
)
_PROPER = re.compile(r"(?<=[a-z,] )[A-Z][\w-]{2,}")  # within a sentence, where only names have a capital
_ARTICLE = re.compile(r"^(?:a|an|the|my|some) ", re.I)


def preferences_in(text: str) -> tuple[tuple[str, str], ...]:
    """What somebody who says `text` prefers: matter and view, such as ("tea", "likes"), in the order it was said."""
    found = (one for sentence in sentences_of(text.replace("’", "'")) for one in _preference(sentence))
    return tuple(found)[:AT_ONCE]


def patterns_after(
    patterns: tuple[Pattern, ...], interaction: Interaction, bot: str = ""
) -> tuple[Pattern, ...]:
    """`patterns` with what `interaction` shows. Beyond the limit the rarest gives way, of these the oldest.

    bot: the bot's name, which is no topic."""
    counts = {pattern.kind: pattern.count for pattern in patterns}
    for kind in _habits(interaction, bot):
        if kind not in counts and len(counts) >= PATTERNS:
            del counts[min(counts, key=lambda known: counts[known])]
        counts[kind] = counts.get(kind, 0) + 1
    return tuple(Pattern(kind, count) for kind, count in counts.items())


def baseline_after(baseline: EmotionalState, text: str) -> EmotionalState:
    """The slow moving average of the mood, after `text`."""
    return EmotionalState(
        (1 - SLOWNESS) * baseline.valence + SLOWNESS * valence_of(text),
        (1 - SLOWNESS) * baseline.arousal + SLOWNESS * arousal_of(text),
    )


def _preference(sentence: str) -> Iterator[tuple[str, str]]:
    if (called := _CALLED.search(sentence)) and called[1].casefold() not in _NO_NAMES:
        yield "called", called[1]
    if asks(sentence):
        return
    if favourite := _FAVOURITE.search(sentence):
        if value := _matter(favourite[2]):
            yield f"favourite {plain(favourite[1].casefold(), LONGEST_MATTER)}", value
    elif disliked := _DISLIKES.search(sentence):
        if matter := _matter(disliked[1]):
            yield matter.casefold(), "dislikes"
    elif (liked := _LIKES.search(sentence)) and (matter := _matter(liked[1])):
        yield matter.casefold(), "likes"


def _matter(text: str) -> str:
    """The thing that `text` begins with; "" where it is none."""
    words = plain(_ENDS.split(text, maxsplit=1)[0], LONGEST_MATTER).split()
    if not words or words == ["to"] or words[0].casefold() in _NO_MATTERS:
        return ""
    return _ARTICLE.sub("", " ".join(words[:MATTER_WORDS]))


def _habits(interaction: Interaction, bot: str) -> Iterator[str]:
    yield interaction.kind
    if interaction.kind != "talk":
        return
    hour = int(interaction.at // 3600) % 24 // HOURS * HOURS
    yield f"hours:{hour:02}-{hour + HOURS:02}"
    if asks(interaction.detail):
        yield "question"
    if topic := subject_of(interaction.detail, bot):
        yield f"topic:{topic}"


def subject_of(text: str, bot: str = "") -> str:
    """The first name, else the first noun, in `text`, in lower case; "" for none. The bot's own name is none."""
    names = {name.casefold() for name in bot.split()}
    proper = {word.casefold() for word in _PROPER.findall(text)}
    words = [
        word for sentence in sentences_of(text) for word in topic_of(sentence).split() if word not in names
    ]
    return next((word for word in words if word in proper), next(filter(is_noun, words), ""))
