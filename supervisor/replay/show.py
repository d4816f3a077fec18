"""Shows the results of a replay, to people and as plain data."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from actors.kernel.message import Message
from actors.kernel.state.patch import difference
from config.syntax.mask import printable
from supervisor.replay.compare import Divergence
from supervisor.replay.divergence_report import DivergenceReport
from supervisor.replay.replayer import ReplayReport, Step
from supervisor.trace.analyse.parse_time import clock_time
from supervisor.trace.records import HandledLine

if TYPE_CHECKING:
    from rich.console import RenderableType

NAMES = ("set", "remove", "window")
LONGEST = 1200  # characters of one thing that differs; nobody reads more of it in a terminal
BEFORE = 200  # of them, before the place where it differs
MOST = 12  # things that are shown; the JSON has all


def summary(report: ReplayReport) -> str:
    """One line: identical or not."""
    whose = f"{report.messages:,} messages, {len(report.actors)} actors"
    if report.differing:
        return f"DIFFERENT: {report.differing:,} of {whose}"
    if not report.messages:
        return "nothing was replayed: no such actor that can be replayed begins, or has a checkpoint, in this trace"
    return f"identical: {whose}" + (" up to there" if report.stopped else "")


def divergence(found: Divergence, details: DivergenceReport) -> "RenderableType":
    """The first divergence, side by side, with the causes that led to it."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True, header_style="bold")
    for name in ("", "recorded", "replayed"):
        table.add_column(name, overflow="fold")
    for item in found.differences[:MOST]:
        before, after = (
            _with_content(item.recorded, details.messages),
            _with_content(item.replayed, found.sent),
        )
        table.add_row(
            item.what, Text(_printable(excerpt(before, after))), Text(_printable(excerpt(after, before)))
        )
    if (more := len(found.differences) - MOST) > 0:
        table.add_row("…", f"{more} more; --json has all", "")
    doing = f"handling {found.type} {found.id}" if found.id else "its start"
    where = f"{found.address} (incarnation {found.incarnation}), {doing}, {clock_time(found.wall)}"
    routes = (f"{link.sender} → {link.recipient}  {link.type}  {link.id}" for link in details.chain)
    causes = [
        Text(f"{'  ' * depth}{clock_time(link.wall)}  {printable(route)}")
        for depth, (link, route) in enumerate(zip(details.chain, routes, strict=True))
    ]
    return Group(
        Text(f"first divergence: {printable(where)}", "bold red"),
        *((Text("what led to it:", "dim"), *causes) if causes else ()),
        table,
    )


def changes(step: Step, before: Any) -> Iterator[str]:
    """What one message changed in the state, a line for each place."""
    after = getattr(step.incarnation.actor, "state", None)
    if not isinstance(after, msgspec.Struct) or type(before) is not type(after) or before is after:
        return
    for kind, path, *what in difference(before, after):
        value = "" if not what else msgspec.json.encode(what[-1]).decode()
        yield f"  {NAMES[kind]} {'/'.join(path)} {value}".rstrip()


def state_of(incarnation: Any) -> str:
    """An actor's state as indented JSON, or its attributes if it has no state struct."""
    state = getattr(incarnation.actor, "state", None)
    if state is None:
        state = {name: repr(value) for name, value in vars(incarnation.actor).items() if name != "host"}
    return msgspec.json.format(msgspec.json.encode(state), indent=2).decode()


def as_json(report: ReplayReport, details: DivergenceReport | None) -> dict[str, Any]:
    """The report as plain data."""
    shown: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(report, torn=(), divergences=()))
    shown["identical"] = report.identical
    shown["torn"] = [{"file": torn.path.name, "at": torn.at, "why": torn.why} for torn in report.torn]
    shown["divergences"] = [msgspec.to_builtins(found, enc_hook=str) for found in report.divergences]
    if details is not None:
        shown["evidence"] = msgspec.to_builtins(details)
    return shown


def label(step: Step) -> str:
    """One step as a line."""
    line = step.line
    mark = "  DIFFERENT" if step.divergence is not None else ""
    if isinstance(line, HandledLine):
        return f"{clock_time(line.wall)}  {line.handler} ← {line.type}  {line.id}{mark}"
    return f"{clock_time(line.wall)}  {line.address} began (incarnation {line.incarnation}){mark}"


def excerpt(text: str, other: str) -> str:
    """As much of `text` as fits, around the first place where it differs from `other`."""
    if len(text) <= LONGEST:
        return text
    differs = next((n for n, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), 0)
    begin = max(0, min(differs - BEFORE, len(text) - LONGEST))
    end = begin + LONGEST
    return f"{'…' * (begin > 0)}{text[begin:end]}{'…' * (end < len(text))}"


def _printable(text: str) -> str:
    return "\n".join(map(printable, text.split("\n")))


def _with_content(text: str | None, messages: Mapping[str, Any]) -> str:
    if text is None:
        return "—"
    content = messages.get(text.split(" ", 1)[0])
    if content is None:
        return text
    if isinstance(content, Message):
        content = msgspec.to_builtins(content, enc_hook=str)
    return f"{text}\n{msgspec.json.encode(content).decode()}"
