"""The chatbox: how text is cleaned, split and spaced out. Pure.

VRChat shows at most 144 characters in 9 lines and mutes clients that write too often."""

import unicodedata

import msgspec
import regex

from actors.vocabulary.words import joined

LIMIT = 144  # characters, counted as VRChat counts them: in UTF-16, where an emoji is two
LINES = 9
# Columns after which the chatbox wraps. Nobody documents it; a narrow guess splits early rather than hiding text.
LINE_WIDTH = 26
SPACING = 1.5  # Seconds between two messages. Undocumented too; clients keep 1.25 to 1.5.
READING = (
    17.0  # characters a second: a line of a turn stands so long before the next of that turn replaces it
)
MAX_TEXT = 2000
MORE = " (…)"  # stands where a text that waits became too long
MAX_WAITING = 8
_SENTENCE_END = regex.compile(r"""(?:[\p{Sentence_Terminal}…]["'”’)\]]*(?=\s)|[。！？]|\n)""")
_KEPT_FORMATS = "\u200d"


class Waiting(msgspec.Struct, frozen=True):
    """Text of `turn` that is not yet sent. since: monotonic seconds of its first piece."""

    turn: int
    text: str
    since: float


class Chatbox(msgspec.Struct, frozen=True):
    """Waiting texts, when the next message may be sent, and the last cancelled turn.

    shown: the turn of the last message. read_at: when it has been read. Times are monotonic seconds."""

    waiting: tuple[Waiting, ...] = ()
    free_at: float = 0.0
    voided: int = 0
    shown: int = 0
    read_at: float = 0.0


def write(box: Chatbox, turn: int, text: str, now: float) -> Chatbox:
    """Queue `text` of `turn`: appended to the turn's waiting text, or replacing it if it goes on where that ends.

    Waiting text of older turns is dropped, and so is text of a cancelled turn. Turn 0 is outside of all turns."""
    text = clean(text)
    if not text or 0 < turn <= box.voided:
        return box
    kept = [w for w in box.waiting if w.turn in (0, turn)] if turn else list(box.waiting)
    if kept and kept[-1].turn == turn:
        last = kept.pop()
        if last.text.endswith(MORE) and not text.startswith(last.text):
            return box
        grows = (
            text.startswith(last.text) and text != last.text
        )  # a sentence that is said again is another one
        whole = text if grows else joined((last.text, text))
        kept.append(Waiting(turn, _bounded(whole), last.since))
    else:
        kept.append(Waiting(turn, _bounded(text), now))
    return msgspec.structs.replace(box, waiting=tuple(kept[-MAX_WAITING:]))


def cancel(box: Chatbox, turn: int) -> Chatbox:
    """Cancel every turn <= `turn`, also for texts that arrive later."""
    voided = max(box.voided, turn)
    waiting = tuple(w for w in box.waiting if w.turn == 0 or w.turn > voided)
    return msgspec.structs.replace(box, waiting=waiting, voided=voided)


def due_in(box: Chatbox, now: float) -> float | None:
    """Seconds until the next message is to be sent; None when nothing waits. Another turn's waits for no reader."""
    if not box.waiting:
        return None
    at = max(box.free_at, box.read_at) if box.waiting[0].turn == box.shown else box.free_at
    return max(0.0, at - now)


def next_text(box: Chatbox, now: float) -> tuple[Chatbox, Waiting | None]:
    """The message to send now, if one waits and may be sent, and the chatbox after it."""
    if due_in(box, now) != 0.0:
        return box, None
    first, *others = box.waiting
    piece, rest = _first_piece(first.text)
    left = [Waiting(first.turn, rest, first.since)] if rest else []
    read_at = now + len(piece) / READING
    after = Chatbox((*left, *others), now + SPACING, box.voided, first.turn, read_at)
    return after, Waiting(first.turn, piece, first.since)


def clean(text: str) -> str:
    """`text` without control and formatting characters, lone surrogates, and superfluous white space."""
    text = "".join(c if c == "\n" or not _is_control(c) else " " for c in text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def split(text: str) -> tuple[str, ...]:
    """`text`, cleaned, as messages that fit: cut between sentences where that is near, else between words."""
    pieces = []
    rest = clean(text)
    while rest:
        piece, rest = _first_piece(rest)
        pieces.append(piece)
    return tuple(pieces)


def fits(text: str) -> bool:
    """Whether the chatbox shows all of `text`."""
    return (
        len(text.encode("utf-16-le", "replace")) // 2 <= LIMIT
        and sum(map(_wrapped, text.split("\n"))) <= LINES
    )


def _bounded(text: str) -> str:
    """`text`, or as much of its beginning as may wait, with a sign that there was more."""
    if len(text) <= MAX_TEXT:
        return text
    whole = text[: MAX_TEXT - len(MORE)].removesuffix(MORE)
    return whole[: _before_character(whole, len(whole))].rstrip() + MORE


def _is_control(character: str) -> bool:
    kind = unicodedata.category(character)
    # A zero-width joiner holds an emoji together; all other formatting can only disguise text.
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and character not in _KEPT_FORMATS)


def _first_piece(text: str) -> tuple[str, str]:
    """The beginning of `text` that makes one message, and the rest."""
    if fits(text):
        return text, ""
    end = _longest(text)
    if text[end] == "\n":
        return text[:end].rstrip(), text[end:].lstrip()
    if not text[end].isspace():
        border = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))
        end = border if border > 0 else _before_character(text, end)
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, 0, end + 1) if match.end() <= end]
    # A sentence's end far to the front would cost a message, and so the reader 1.5 s more.
    if sentences and sentences[-1] >= end * 0.4:
        end = sentences[-1]
    return text[:end].rstrip(), text[end:].lstrip()


def _before_character(text: str, end: int) -> int:
    """The last border of a visible character (a flag, a joined emoji) up to `end`; `end` if one alone is too long."""
    borders = [match.end() for match in regex.finditer(r"\X", text, endpos=end + 64) if match.end() <= end]
    return borders[-1] if borders else end


def _longest(text: str) -> int:
    """How many characters of `text`, which does not fit, do."""
    low, high = 1, min(len(text), LIMIT + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle)
    return low


def _wrapped(line: str) -> int:
    """Displayed lines of `line`, wrapped between words."""
    count, used = 1, 0
    for word in line.split(" "):
        width = sum(_columns(character) for character in word)
        if used and used + 1 + width <= LINE_WIDTH:
            used += 1 + width
            continue
        broken = max(0, width - 1) // LINE_WIDTH
        count += broken + (1 if used else 0)
        used = width - broken * LINE_WIDTH
    return count


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
