"""A turn as a Mermaid sequence diagram, which Markdown viewers draw. It is limited to what a picture can hold."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from config.syntax.mask import printable
from supervisor.trace.analyse.show import row, shortened
from supervisor.trace.read.reader import Entry
from supervisor.trace.records import DeadLine, HandledLine, MailLine

PARTICIPANTS = 12
MESSAGES = 120
WIDTH = 60
"""Characters of a message's label."""

_ESCAPES = str.maketrans({"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;"})
"""Characters that end a label or look like HTML."""


class Diagram(msgspec.Struct, frozen=True):
    """The text of a diagram. left_out: messages beyond the limits."""

    text: str
    messages: int
    left_out: int


def diagram(
    entries: Sequence[Entry], *, participants: int = PARTICIPANTS, messages: int = MESSAGES
) -> Diagram:
    """The first `messages` messages among `entries`, by time, between the busiest participants."""
    mail = [(entry, entry.line) for entry in entries if isinstance(entry.line, MailLine)]
    mail.sort(key=lambda item: item[1].wall)
    busiest = Counter(name for _, line in mail for name in {_from(line), _to(line)})
    chosen = {name for name, _ in busiest.most_common(participants)}
    among = [(entry, line) for entry, line in mail if {_from(line), _to(line)} <= chosen][:messages]
    seen = dict.fromkeys(name for _, line in among for name in (_from(line), _to(line)))
    names = {name: f"p{number}" for number, name in enumerate(seen, 1)}
    lines = ["sequenceDiagram"]
    lines += [f"  participant {short} as {_escaped(name)}" for name, short in names.items()]
    lines += [_message(entry, line, names) for entry, line in among]
    left_out = len(mail) - len(among)
    if left_out:
        lines.append(f"  %% {left_out} more messages are left out")
    return Diagram("\n".join(lines) + "\n", len(among), left_out)


def _message(entry: Entry, line: MailLine, names: dict[str, str]) -> str:
    shown = row(entry)
    failed = isinstance(line, HandledLine) and line.failure is not None
    arrow = "-x" if isinstance(line, DeadLine) or failed else "-->>" if line.answers else "->>"
    label = f"{line.type} {shown.text}" if not shown.mark else f"{line.type} [{shown.mark}]"
    return f"  {names[_from(line)]}{arrow}{names[_to(line)]}: {_escaped(shortened(label, WIDTH))}"


def _from(line: MailLine) -> str:
    """The sender, which also counts for its threads and its slot."""
    return line.sender.partition("~")[0] or "outside"


def _to(line: MailLine) -> str:
    return line.handler if isinstance(line, HandledLine) else line.recipient or "outside"


def _escaped(text: str) -> str:
    return (" ".join(printable(text).split()) or "-").translate(_ESCAPES)
