"""Cuts a growing reply into sentences; pure, and independent of how the text is split into tokens.

The first piece ends early, at its first clause, so that the voice can begin early."""

import re
import unicodedata

import regex

FIRST_CLAUSE_WORDS = 3  # a comma ends the first piece once it has this many words
FIRST_PIECE_WORDS = 12  # the first piece ends here at the latest, comma or not
# Characters: a sentence that does not end is cut here, at its last clause or word if there is one.
LONGEST_PIECE = 240

# With so many words before them, these begin a phrase of their own: the first piece may end there without a comma.
_PHRASES = (
    (3, "and but or because so if when while although unless until since who which where what how why with"),
    (5, "in on at for from about of to into like as than the a an my your"),
)
_BEFORE_MORE = (
    "am is are was were be been have has had do does did can could will would should may might must not no very too"
    " such some any this that these those his her our their its I you we they he she it there here's i'm it's i'll i'd"
)
_CLOSERS = "\"')\\]}»”’*_`~"
# Unicode's Sentence_Terminal: the full stop, the danda, the Arabic question mark and some 150 others
_SENTENCE_END = regex.compile(rf"[\p{{Sentence_Terminal}}…]+[{_CLOSERS}]*$")
# written without a space behind them
_WIDE_END = re.compile(rf"[。！？｡．]+[{_CLOSERS}」』）]*$")
_WIDE_CLAUSE = re.compile(r"[、，；：]$")
_ELLIPSIS_END = re.compile(rf"(\.\.|…)[{_CLOSERS}]*$")
_CLAUSE_END = re.compile(rf"([,;:،؛、，；：]|\s[-–—])[{_CLOSERS}]*$|—$")
_NUMBER_AND_COMMA = re.compile(r"\d,\s*$")  # "Jan 1, 1980": what follows belongs to it
_LAST_WORD = re.compile(rf"(\S*?)\.[{_CLOSERS}]*$")
_LIST_NUMBER = re.compile(r"(^|\n)\s*\d{1,3}\.$")
_BULLET = re.compile(r"(^|\n)\s*\*\s")
_FROWN = re.compile(r"[:;=]-?\(")
_ABBREVIATIONS = (
    " mr mrs ms dr prof st sr jr vs etc e.g i.e eg ie cf approx vol fig inc ltd co corp dept est gen col lt "
    "sgt capt rev mt jan feb mar apr jun jul aug sept sep oct nov dec a.m p.m u.s u.k "
    "hr fr nr bzw usw z.b d.h u.a evtl ggf str ca inkl okt dez "  # German
    "mme mlle p.ex env "  # French
    "sra srta ud uds ej p.ej pág "  # Spanish
    "sig sig.ra dott ecc p.es pag "  # Italian
    "exmo exma "  # Portuguese
    "напр т.е т.д т.п "  # Russian
    "dhr mevr bijv enz o.a "  # Dutch
)
# Written without spaces: so many characters take about as long as a word.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_CHARACTERS_A_WORD = 3


class SentenceSplitter:
    """Tokens in, sentences out; only white space between them is lost. first_words: most words of the first piece.

    phrases: it may also end where a phrase ends without a comma."""

    def __init__(self, first_words: int = FIRST_PIECE_WORDS, *, phrases: bool = True) -> None:
        self._phrases = phrases
        self._buffer = ""
        self._first_words = first_words
        self._first = True

    def feed(self, text: str) -> tuple[str, ...]:
        """The sentences that `text` completes; one is over when the first letter of the next comes."""
        pieces: list[str] = []
        for character in text:
            pieces += self._step(character)
        return tuple(pieces)

    def flush(self) -> tuple[str, ...]:
        """What is left at the end of the reply, if anything."""
        return self._take(len(self._buffer))

    def _step(self, character: str) -> tuple[str, ...]:
        pieces: tuple[str, ...] = ()
        if not character.isspace() and self._at_border(character):
            pieces = self._take(len(self._buffer))
        elif character.isspace() and self._first and self._phrases and (end := _phrase_end(self._buffer)):
            pieces = self._take(end)
        if character.isspace() and not self._buffer:
            return pieces
        self._buffer += character
        if len(self._buffer) > LONGEST_PIECE:
            pieces += self._take(_emergency_cut(self._buffer))
        return pieces

    def _at_border(self, character: str) -> bool:
        before = self._buffer
        if not before or _is_symbol(character):
            return False
        if not before[-1].isspace():
            if self._first and _WIDE_CLAUSE.search(before) and _ends_first_piece(before, self._first_words):
                return True
            return _WIDE_END.search(before) is not None and character not in "」』）。！？｡．" + _CLOSERS
        if "\n" in before[len(before.rstrip()) :]:
            return True
        if _inside_aside(before):
            return False
        said = _without_symbols(before)
        return _ends_sentence(said, character) or (
            self._first
            and not (character.isdigit() and _NUMBER_AND_COMMA.search(before))
            and _ends_first_piece(before.rstrip(), self._first_words)
        )

    def _take(self, end: int) -> tuple[str, ...]:
        piece, self._buffer = self._buffer[:end].strip(), self._buffer[end:].lstrip()
        if not piece:
            return ()
        self._first = False
        return (piece,)


def is_whole(piece: str) -> bool:
    """Whether the piece ends as a sentence does, and was not cut off."""
    return _ends_sentence(_without_symbols(piece), "")


def words_in(text: str) -> int:
    """How many words; of a writing without spaces, for how many the characters stand."""
    return max(len(text.split()), len(_UNSPACED.findall(text)) // _CHARACTERS_A_WORD)


def _is_symbol(character: str) -> bool:
    """Emoji and what joins them: they belong to the sentence before them."""
    return unicodedata.category(character) in ("So", "Sk", "Cf", "Mn")


def _without_symbols(text: str) -> str:
    while text and (text[-1].isspace() or _is_symbol(text[-1])):
        text = text[:-1]
    return text


def _ends_sentence(text: str, following: str) -> bool:
    if _WIDE_END.search(text):
        return True
    if not _SENTENCE_END.search(text):
        return False
    if _ELLIPSIS_END.search(text):
        return not following.islower()
    return not (text.rstrip(_CLOSERS).endswith(".") and _is_abbreviation(text))


def _is_abbreviation(text: str) -> bool:
    if _LIST_NUMBER.search(text):
        return True
    match = _LAST_WORD.search(text)
    word = match[1].lstrip("(\"'“‘*_").lower() if match else ""
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    return is_initial or (bool(word) and f" {word} " in _ABBREVIATIONS)


def _ends_first_piece(text: str, most_words: int) -> bool:
    words = words_in(text)
    return words >= most_words or (words >= FIRST_CLAUSE_WORDS and _CLAUSE_END.search(text) is not None)


def _phrase_end(text: str) -> int:
    """Where the first piece ends, if the last word of `text` begins a phrase; else 0."""
    words = text.split()
    last, before = words[-1].lower() if words else "", len(words) - 1
    begins = any(before >= least and last in starts.split() for least, starts in _PHRASES)
    if not begins or text[-1].isspace() or _inside_aside(text) or _holds_back(words[-2].lower()):
        return 0
    return len(text) - len(last)


def _holds_back(word: str) -> bool:
    """Whether a voice does not pause after `word`, or after two words that begin phrases."""
    return word in _BEFORE_MORE.split() or any(word in starts.split() for _, starts in _PHRASES)


def _inside_aside(text: str) -> bool:
    """Whether a stage direction such as *waves. smiles* or (waves. smiles) is still open."""
    line = text.rpartition("\n")[2]
    if _BULLET.sub("", line).count("*") % 2:
        return True
    line = _FROWN.sub("", line)
    return line.count("(") > line.count(")")


def _emergency_cut(text: str) -> int:
    half = len(text) // 2
    for border in (r"[\p{Sentence_Terminal}…,;:،؛]\s|[、，；：]", r"\s", r"\X"):
        if found := [m.end() for m in regex.finditer(border, text) if half < m.end() < len(text)]:
            return int(found[-1])
    return len(text)
