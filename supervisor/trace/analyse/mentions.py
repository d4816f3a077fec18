"""Finds the files of a trace that mention a person, by id or by name."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from actors.vocabulary.values import Person
from supervisor.trace.layout import segments, segments_by_node
from supervisor.trace.read.segment_reader import Torn, open_segment

SHORTEST_NAME = 3
"""Characters; shorter names are not looked for, since ordinary words contain them."""


class Mention(msgspec.Struct, frozen=True):
    """A file that mentions the person. unsure: that cannot be read.
    open: it is being written, and may mention the person soon: the newest lines wait in memory."""

    path: Path
    open: bool = False
    unsure: bool = False


def mentions(directory: Path, people: Iterable[Person], running: str = "") -> Iterator[Mention]:
    """Every such file in `directory`. running: the run being recorded, whose newest files are open; "" for none."""
    pattern = naming(people)
    if pattern is None or not directory.is_dir():
        return
    for folder in sorted(path for path in directory.iterdir() if path.is_dir()):
        nodes = segments_by_node(folder)
        written = {paths[-1] for paths in nodes.values()} if folder.name == running else set()
        for path in sorted(segments(folder)):
            if path in written:
                yield Mention(path, open=True)
                continue
            torn: list[Torn] = []
            lines = open_segment(path, torn.append).lines()
            if any(pattern.search(line) for _, line in lines):
                yield Mention(path)
            elif torn:
                yield Mention(path, unsure=True)


def naming(people: Iterable[Person]) -> re.Pattern[bytes] | None:
    """Finds their ids and names, as whole words in any case, in JSON or MessagePack; None if there are none."""
    known = tuple(person for person in people if person.is_known)
    words = {person.user_id for person in known}
    words |= {person.name for person in known if len(person.name) >= SHORTEST_NAME}
    forms = words | {json.dumps(word, ensure_ascii=plain)[1:-1] for word in words for plain in (True, False)}
    if not forms:
        return None
    either = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    # Bytes beyond ASCII count as letters: a name does not match inside a longer one.
    text = rf"(?<![A-Za-z0-9_])(?:{either})(?![A-Za-z0-9_])"
    return re.compile(text.encode("utf-8", "surrogatepass"), re.I)
