"""Shows records: to people as rows by time or as a tree of causes, to other programs as plain values."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from config.syntax.mask import printable
from supervisor.trace.analyse.parse_time import clock_time
from supervisor.trace.analyse.tree import Branch, grow
from supervisor.trace.read.decode import AnyLine, OtherLine, address_of, as_dict, failure_of
from supervisor.trace.read.reader import Entry
from supervisor.trace.records import (
    BeganLine,
    CheckpointLine,
    ConfigurationLine,
    DeadLine,
    HandledLine,
    LostLine,
    MailLine,
    StartedLine,
    StoppedLine,
)

if TYPE_CHECKING:
    from rich.console import RenderableType


class TraceRow(msgspec.Struct, frozen=True):
    """A record as one line. time: local, to the millisecond. ms: of the handler. mark: what went wrong, or ""."""

    time: str
    sender: str
    recipient: str
    type: str
    text: str
    ms: float | None = None
    mark: str = ""


def row(entry: Entry) -> TraceRow:
    line = entry.line
    failure = failure_of(line)
    mark = f"failed: {failure.kind}: {failure.text}" if failure is not None else ""
    ms = (line.ended - line.begun) * 1000 if isinstance(line, HandledLine | BeganLine) else None
    if isinstance(line, MailLine):
        if isinstance(line, DeadLine):
            mark = f"dead: {line.why} {line.detail}".rstrip()
        sender, recipient, kind, text = line.sender, line.recipient, line.type, _payload(line)
    else:
        kind, text = _event(line)
        sender, recipient = "", printable(address_of(line) or entry.node)
        mark = "incomplete" if isinstance(line, LostLine) else mark
    return TraceRow(clock_time(line.wall), sender, recipient, kind, printable(text), ms, printable(mark))


def _event(line: AnyLine) -> tuple[str, str]:
    """The kind and the text of a line that is not mail."""
    match line:
        case StartedLine():
            return "started", f"incarnation {line.incarnation} on {line.node}"
        case BeganLine():
            return "began", f"sent {len(line.out)} messages"
        case CheckpointLine():
            return "checkpoint", line.why or "a replay can begin here"
        case StoppedLine():
            return "stopped", line.reason
        case ConfigurationLine():
            return "configuration", f"version {line.version}, {line.digest}"
        case LostLine():
            return "lost", f"{line.count} records: {line.why}"
    assert isinstance(line, OtherLine)
    known = {"kind", "wall", "address"}
    fields = (f"{name}={_value(value)}" for name, value in line.fields.items() if name not in known)
    return printable(line.kind), " ".join(fields)


def lines(entries: Iterable[Entry], width: int = 120, ids: bool = False) -> list[str]:
    """The records as aligned text of `width` columns, or more if the addresses need it. ids: show each message's id."""
    return ["  ".join(slots).rstrip() for slots, _ in _aligned(entries, width, ids)]


def _aligned(entries: Iterable[Entry], width: int, ids: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The padded cells of each record, and whether something went wrong."""
    entries = list(entries)
    rows = [row(entry) for entry in entries]
    routes = [_route(shown) for shown in rows]
    names = [_id(entry) for entry in entries] if ids else []
    name_width = max(map(len, names), default=0)
    route_width = max(map(len, routes), default=0)
    type_width = max((len(shown.type) for shown in rows), default=0)
    text_width = max(20, width - route_width - type_width - 26 - (name_width + 2 if ids else 0))
    for number, (shown, route) in enumerate(zip(rows, routes, strict=True)):
        name = (f"{names[number]:{name_width}}",) if ids else ()
        kind = f"{shown.type:{type_width}}"
        slots = (f"{route:{route_width}}", kind, f"{_ms(shown):>9}", shortened(_said(shown), text_width))
        yield (shown.time, *name, *slots), bool(shown.mark)


def line_of(entry: Entry, ids: bool = False) -> str:
    """One record as text that is not aligned with others."""
    shown = row(entry)
    parts = (shown.time, _id(entry) if ids else "", _route(shown), shown.type, _ms(shown), _said(shown))
    return "  ".join(part for part in parts if part)


def tree_lines(entries: Sequence[Entry], width: int = 120, ids: bool = False) -> list[str]:
    """The records as a tree: below each message those that its handler sent."""
    return [shortened(f"{branch.prefix}{_label(branch, ids)}", width) for branch in grow(entries)]


def chain_lines(entries: Sequence[Entry], width: int = 120) -> list[str]:
    """A chain of causes, each with its id and the milliseconds since the previous one."""
    found: list[str] = []
    before = entries[0].line.wall if entries else 0.0
    for entry in entries:
        after = f"+{(entry.line.wall - before) * 1000:.2f} ms" if found else row(entry).time
        before = entry.line.wall
        shown = row(entry)
        parts = (f"{after:>14}", f"{_route(shown)}  {shown.type}", _id(entry), _ms(shown), _said(shown))
        found.append(shortened("  ".join(part for part in parts if part), width))
    return found


def table(entries: Iterable[Entry], width: int = 120, ids: bool = False) -> "RenderableType":
    """The records in colour. A table of rich's own takes seconds for one turn."""
    from rich.text import Text

    shown = Text(no_wrap=True, overflow="ellipsis")
    for slots, bad in _aligned(entries, width, ids):
        *before, kind, ms, said = slots
        shown.append("  ".join(before[:-1]) + "  ", "dim").append(before[-1] + "  ").append(
            kind + "  ", "cyan"
        )
        shown.append(ms + "  ", "dim").append(said + "\n", "red" if bad else "")
    return shown


def tree(entries: Sequence[Entry], width: int = 120, ids: bool = False) -> "RenderableType":
    """The tree of causes in colour."""
    from rich.text import Text

    shown = Text(no_wrap=True, overflow="ellipsis")
    for branch in grow(entries):
        bad = branch.entry is None or bool(row(branch.entry).mark)
        label = shortened(_label(branch, ids), max(20, width - len(branch.prefix)))
        shown.append(branch.prefix, "dim").append(label + "\n", "red" if bad else "")
    return shown


def records(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    return [record(entry) for entry in entries]


def record(entry: Entry) -> dict[str, Any]:
    """One record as plain values, with its `kind`, its `node` and fields that today's classes do not have."""
    return {**as_dict(entry.line, entry.data), "node": entry.node}


def _label(branch: Branch, ids: bool = False) -> str:
    if branch.entry is None:
        assert branch.sent is not None
        return f"{branch.sent.to} ← {branch.sent.type}  (not handled in this trace)"
    shown = row(branch.entry)
    sender = f"{shown.sender} → " if branch.is_root and shown.sender else ""
    id = _id(branch.entry) if ids else ""
    parts = (shown.time, id, f"{sender}{shown.recipient} ← {shown.type}", _ms(shown), _said(shown))
    return "  ".join(part for part in parts if part)


def _id(entry: Entry) -> str:
    return printable(entry.line.id) if isinstance(entry.line, MailLine) else ""


def _route(shown: TraceRow) -> str:
    return f"{shown.sender} → {shown.recipient}" if shown.sender else shown.recipient


def _ms(shown: TraceRow) -> str:
    return "" if shown.ms is None else f"{shown.ms:.2f} ms"


def _said(shown: TraceRow) -> str:
    return f"{shown.text}  [{shown.mark}]" if shown.mark else shown.text


def _payload(line: MailLine) -> str:
    if not isinstance(line.message, dict):
        return _value(line.message)
    # The field that equals the type's name is its tag, which is already shown.
    fields = ((name, value) for name, value in line.message.items() if value != line.type)
    return " ".join(f"{name}={_value(value)}" for name, value in fields)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        if "blake2b" in value and "bytes" in value:
            return f"<{value['bytes']} bytes>"
        return "{" + ", ".join(f"{name}: {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.3f}"
    return msgspec.json.encode(value).decode()


def shortened(text: str, width: int) -> str:
    """At most `width` characters of `text`, the last an ellipsis if some are cut off."""
    return text if len(text) <= width else text[: width - 1] + "…"
