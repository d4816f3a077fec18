"""Which words of a sentence have been said when a part of its sound was played: an estimate from its letters. Pure."""

import msgspec
import regex

SECONDS_A_CHARACTER = 0.06  # of a sentence whose sound is not known yet
_HEARD = 0.7  # the part of a word after which it counts as heard
_COMMA, _STOP = 3.0, 5.0  # pauses, in letters
_GAP = 0.6  # between two words, in letters
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(rf"[{_UNSPACED}]\p{{M}}*\p{{P}}*|[^\s{_UNSPACED}]+")
# What takes longer to say than a letter: a character of such a script, a digit, a letter of an abbreviation.
_LONG = regex.compile(rf"[{_UNSPACED}]|\d|\p{{Lu}}(?=\p{{Lu}})")


class Word(msgspec.Struct, frozen=True):
    """A word ends before character `stop` of its sentence; it is said from `begin` to `end`, shares of the sound."""

    stop: int
    begin: float
    end: float

    @property
    def heard_at(self) -> float:
        """From this share on it counts as heard."""
        return self.begin + _HEARD * (self.end - self.begin)


def word_spans(text: str) -> tuple[Word, ...]:
    """The words of `text` in order, and when each is said. In a script without spaces each character is a word."""
    at, found = 0.0, []
    for match in _WORD.finditer(text):
        word = match[0]
        size = sum(character.isalnum() for character in word) + 2.0 * len(_LONG.findall(word))
        found.append((match.end(), at, at + size))
        at += size + _pause(word)
    whole = max(at, 1.0)
    return tuple(Word(stop, begin / whole, end / whole) for stop, begin, end in found)


def _pause(word: str) -> float:
    if word[-1] in ".!?…。！？":
        return _STOP
    return _COMMA if word[-1] in ",;:—、，；：" else _GAP


def said_of(text: str, share: float) -> str:
    """The words of `text` that were heard when `share` of its sound, in [0, 1], had been played."""
    heard = [word for word in word_spans(text) if word.heard_at <= share]
    return text[: heard[-1].stop].rstrip() if heard else ""


def take_up(text: str, share: float) -> float:
    """From which share of its sound `text` goes on after it stopped at `share`: the first word that was not heard."""
    begin = next((word.begin for word in word_spans(text) if word.heard_at > share), share)
    return min(begin, share)
