"""Words as they are compared: whatever spelling, script or trick a text uses, each word with the forms it may stand
for. Pure.

A word is compared as a whole, never a part of it: "classic" and "Scunthorpe" hold nothing. Letters with accents that
are characters of their own stay what they are ("año" is not "ano")."""

import itertools
import unicodedata

import msgspec
import regex

SPELLED = 3  # single letters in a row that may be a word spelled out
_LONGEST_SPELLED = 40
_MOST_FORMS = 24

_INVISIBLE = regex.compile(r"[\p{Cf}\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}@$*!|+'’]*[\p{L}\p{N}][\p{L}\p{N}\p{M}@$*!|+'’]*")
_LATIN_MARKS = regex.compile(r"(?<=\p{Latin}\p{M}*)\p{Mn}")
_NOT_LATIN = regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}]")
_LATIN = regex.compile(r"\p{Latin}")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_EDGES = "@$*!|+'’"
_LONG_RUN = regex.compile(r"(\p{L})\1{2,}")
_EDGE_DIGITS = regex.compile(r"^\p{N}+|\p{N}+$")
_POSSESSIVE = regex.compile(r"['’]s?$")

# Letters of other scripts that look like Latin ones, as far as people use them so. Unicode's whole table of
# confusables also takes m for rn and 1 for l everywhere, which makes other words of plain ones.
_LOOKALIKES = str.maketrans(
    "авсԁеһіјкӏмнорԛѕтуԝхѵѡαβγεηικνορτυχωνցհոսօ",
    "abcdehijklmhopqstywxvwabyeniknoptuxwvghnuo",
)
_LEET = {"0": "o", "1": "il", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_LEET |= {"@": "a", "$": "s", "!": "il", "|": "il", "+": "t"}


class Token(msgspec.Struct, frozen=True):
    """A word that stands at [start, stop) of the plain text, and the forms in which it is looked for."""

    forms: tuple[str, ...]
    start: int
    stop: int


def plain(text: str) -> str:
    """`text` as it is compared: compatible forms are one, as are cases; what cannot be seen is gone."""
    shown = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return str(_LATIN_MARKS.sub("", unicodedata.normalize("NFC", shown)))


def is_unspaced(text: str) -> bool:
    """Whether `text` is of a script whose words do not stand apart."""
    return _UNSPACED.search(text) is not None


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a plain text, in order; words that are spelled out come last."""
    latin = len(_LATIN.findall(text)) * 2 >= len(_NOT_LATIN.findall(text))
    found = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    words = tuple(Token(forms(word, latin=latin), start, stop) for word, start, stop in found)
    return (*words, *_spelled(found))


def forms(word: str, *, latin: bool = True) -> tuple[str, ...]:
    """What a word of a plain text may stand for, itself first. latin: it stands in a text of mostly Latin letters."""
    bare = word.strip(_EDGES)
    readings = dict.fromkeys((bare, *_as_latin(bare, latin)))
    readings |= dict.fromkeys(_EDGE_DIGITS.sub("", one) for one in tuple(readings))
    readings |= dict.fromkeys(
        itertools.chain.from_iterable(map(_as_letters, (word.rstrip("!'’"), *readings)))
    )
    readings |= dict.fromkeys(_POSSESSIVE.sub("", one) for one in tuple(readings))
    shorter = itertools.chain.from_iterable(map(_shortened, readings))
    return tuple(one for one in dict.fromkeys((*readings, *shorter)) if one)[:_MOST_FORMS]


def _as_latin(word: str, latin: bool) -> tuple[str, ...]:
    """The word with letters of other scripts taken for the Latin ones they look like, unless it is plainly a word of
    theirs."""
    if not _NOT_LATIN.search(word) or not (latin or _LATIN.search(word)):
        return ()
    return (word.translate(_LOOKALIKES),)


def _as_letters(word: str) -> tuple[str, ...]:
    """The word with digits and signs taken for letters, where it has letters too."""
    if _LEET.keys().isdisjoint(word) or not any(map(str.isalpha, word)):
        return ()
    choices = [_LEET.get(one, one) for one in word.strip("*|'’")]
    return tuple("".join(one) for one in itertools.islice(itertools.product(*choices), 8))


def _shortened(word: str) -> tuple[str, ...]:
    """The word with letters that are repeated three times and more said twice, and once."""
    if not _LONG_RUN.search(word):
        return ()
    return _LONG_RUN.sub(r"\1\1", word), _LONG_RUN.sub(r"\1", word)


def _spelled(found: list[tuple[str, int, int]]) -> list[Token]:
    """Words of which each letter stands alone: every row of single letters, and every part of one."""
    joined = []
    for single, group in itertools.groupby(found, lambda one: len(one[0].strip(_EDGES) or one[0]) == 1):
        row = list(group)[:_LONGEST_SPELLED] if single else []
        for first in range(len(row)):
            for last in range(first + SPELLED, len(row) + 1):
                word = "".join(one[0] for one in row[first:last])
                joined.append(Token(forms(word), row[first][1], row[last - 1][2]))
    return joined
