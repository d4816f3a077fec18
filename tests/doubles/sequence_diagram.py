"""A strict reader of the part of Mermaid's sequence diagrams that Gerald writes."""

import re
import unicodedata

CONTROL = {"Cc", "Zl", "Zp"}
_PARTICIPANT = re.compile(r"  participant (p\d+) as (\S.*)")
_MESSAGE = re.compile(r"  (p\d+)(?:->>|-->>|-x)(p\d+): (\S.*)")
_COMMENT = re.compile(r"  %% .+")
_ENTITY = re.compile(r"#(?:\d+|lt|gt);")


def check_sequence_diagram(text: str) -> None:
    """Raises ValueError for what Mermaid would refuse, or would read otherwise than it is meant."""
    first, *lines = text.removesuffix("\n").split("\n")
    if first != "sequenceDiagram":
        raise ValueError("it does not begin with sequenceDiagram")
    known: set[str] = set()
    for line in lines:
        if match := _PARTICIPANT.fullmatch(line):
            known.add(match[1])
            label = match[2]
        elif match := _MESSAGE.fullmatch(line):
            if not {match[1], match[2]} <= known:
                raise ValueError(f"who is in {line!r}?")
            label = match[3]
        elif _COMMENT.fullmatch(line):
            continue
        else:
            raise ValueError(f"{line!r} is no statement")
        rest = _ENTITY.sub("", label)
        if set(rest) & set("#;<>") or any(unicodedata.category(letter) in CONTROL for letter in rest):
            raise ValueError(f"{label!r} ends a statement, or is taken for something else")
