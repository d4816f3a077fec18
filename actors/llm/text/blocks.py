"""Takes what is to be read, and not heard, out of a growing reply: blocks of code, and tables. Pure."""

import re

import msgspec

LONGEST = 4000  # characters of a block that is waited for; what is longer is passed on in parts

_FENCE = "```"
_LANGUAGE = re.compile(r"[ \t]*[\w+#.-]{0,20}[ \t]*\n")
_ROWS = re.compile(r"(?:[ \t]*\|[^\n]*(?:\n|\Z))+")
_TABLE_BEGINS = re.compile(r"\n(?=[ \t]*\|)")
_MAY_BEGIN = re.compile(r"(?:`{1,2}|\n[ \t]*)\Z")
_RULE = re.compile(r"[\s|:-]*")


class Segment(msgspec.Struct, frozen=True):
    """A part of the reply. block: it is code or a table of several lines."""

    text: str
    block: bool = False


class Blocks:
    """Text in, segments out, in order; how the text is sliced changes only how the words are."""

    def __init__(self) -> None:
        self._held = ""
        self._at_line_start = True

    def feed(self, text: str) -> tuple[Segment, ...]:
        """What is known by now to be words or a block."""
        self._held += text
        return self._all(final=False)

    def flush(self) -> tuple[Segment, ...]:
        """What is left at the end of the reply."""
        return self._all(final=True)

    def _all(self, *, final: bool) -> tuple[Segment, ...]:
        found: list[Segment] = []
        while self._held and (segment := self._next(final or len(self._held) > LONGEST)) is not None:
            if segment.text:
                found.append(segment)
                self._at_line_start = segment.text.endswith("\n")
        return tuple(found)

    def _next(self, final: bool) -> Segment | None:
        """The segment at the front; None when more must come first."""
        if self._held.startswith(_FENCE):
            return self._code(final)
        if self._at_line_start and (rows := _ROWS.match(self._held)):
            return None if rows.end() == len(self._held) and not final else self._table(rows.end())
        if self._at_line_start and not final and not self._held.strip(" \t"):
            return None
        return self._words(final)

    def _code(self, final: bool) -> Segment | None:
        end = self._held.find(_FENCE, len(_FENCE))
        if end < 0 and not final:
            return None
        inner = self._held[len(_FENCE) : end if end >= 0 else len(self._held)]
        self._held = self._held[end + len(_FENCE) :] if end >= 0 else ""
        body = inner[found.end() :] if (found := _LANGUAGE.match(inner)) else inner
        return _block(body.strip("\n"))

    def _table(self, end: int) -> Segment:
        rows, self._held = self._held[:end], self._held[end:]
        lines = [row.strip(" \t|") for row in rows.splitlines() if not _RULE.fullmatch(row)]
        segment = _block("\n".join(lines))
        return segment if segment.block else Segment(rows)

    def _words(self, final: bool) -> Segment | None:
        ends = [self._held.find(_FENCE)]
        if (table := _TABLE_BEGINS.search(self._held)) is not None:
            ends.append(table.end())
        ends = [end for end in ends if end >= 0]
        if ends:
            end = min(ends)
        else:
            tail = None if final else _MAY_BEGIN.search(self._held)
            end = tail.start() if tail is not None else len(self._held)
        if not end:
            return None
        words, self._held = self._held[:end], self._held[end:]
        return Segment(words)


def _block(text: str) -> Segment:
    return Segment(text, block="\n" in text.strip())
