"""One turn explained: its stages, what the model was told and what came to mind, what came of it, and its tree of
causes. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from supervisor.trace.analyse.show import row, shortened
from supervisor.trace.analyse.tree import grow
from supervisor.trace.analyse.turns import (
    TurnBrief,
    briefs,
    dropped,
    fields_of,
    number_of,
    stages_of,
    text_of,
)
from supervisor.trace.read.decode import failure_of
from supervisor.trace.read.reader import Entry
from supervisor.trace.records import DeadLine, HandledLine, MailLine

LONGEST = 300
"""Characters of a message in the tree."""
INDENT = 3
"""Characters of a level in `Branch.prefix`."""


class Bar(msgspec.Struct, frozen=True):
    """A stage, from `begin` on, in seconds since the turn began, for `took` seconds; 0 for an instant."""

    stage: str
    begin: float
    took: float


class Told(msgspec.Struct, frozen=True):
    """A message of the prompt. kind: instructions, earlier (what was said before), notes (its own senses and memory) or
    question. role: the model's own word for who says it."""

    kind: str
    role: str
    text: str


class Memory(msgspec.Struct, frozen=True):
    """A fact that came to mind: `text`, as `who` told it, `days` before; of: about whom, "" for who told it. fits: what
    was said asks for it."""

    text: str
    who: str
    of: str
    days: int
    fits: bool


class Step(msgspec.Struct, frozen=True):
    """A message of the tree of causes. begin: seconds since the turn began; took: of its handler, None where it is not
    handled in this trace. mark: what went wrong."""

    depth: int
    id: str
    sender: str
    recipient: str
    type: str
    text: str
    begin: float
    took: float | None
    mark: str


class TurnExplained(msgspec.Struct, frozen=True):
    """known: whether the person had been met. closeness: in [0, 1]. account: sentences that memory alone answered with.

    present: names; seen: what the eyes saw, in words. model_said, tokens, finish: of the model's own reply, before
    anything was left out of it. trouble: why there was none. words_dropped: `trace.words` was drop. steps_left_out: how
    many messages did not fit."""

    brief: TurnBrief
    stages: tuple[Bar, ...] = ()
    told: tuple[Told, ...] = ()
    recalled: tuple[Memory, ...] = ()
    account: tuple[str, ...] = ()
    known: bool | None = None
    closeness: float = 0.0
    present: tuple[str, ...] = ()
    world: str = ""
    seen: tuple[str, ...] = ()
    model_said: str = ""
    tokens: int = 0
    finish: str = ""
    trouble: str = ""
    words_dropped: bool = False
    steps: tuple[Step, ...] = ()
    last_id: str = ""
    failed: tuple[str, ...] = ()


def explain(entries: Sequence[Entry], turn: int) -> TurnExplained | None:
    """Turn `turn`, of whose records and their causes `entries` are; None where they do not tell of it."""
    own = [e for e in entries if isinstance(e.line, MailLine) and e.line.turn == turn]
    if not own:
        return None
    brief = next((one for one in briefs(entries) if one.turn == turn), None) or TurnBrief(
        turn, min(entry.line.wall for entry in own)
    )
    last = _last(entries, turn)
    profile, present = last.get("Profile", {}), last.get("Present", {})
    ended, refused = last.get("CompletionEnded", {}), last.get("CompletionFailed", {})
    told = told_of(last.get("CompletionRequested", {}))
    return TurnExplained(
        brief,
        tuple(_bars(entries, turn, brief.began)),
        told,
        tuple(map(_memory, _maps(profile, "recalled"))),
        _texts(profile, "account"),
        None if not profile else profile.get("user") is not None,
        number_of(profile, "closeness"),
        tuple(text_of(person, "name") for person in _maps(present, "people")),
        text_of(present, "world_name"),
        _texts(present, "seen"),
        text_of(ended, "text"),
        int(number_of(ended, "tokens")),
        text_of(ended, "finish"),
        text_of(refused, "owner") or text_of(refused, "kind"),
        dropped((brief.said, brief.replied, *(one.text for one in told))),
        tuple(_steps(entries, brief.began)),
        _last_id(own),
        tuple(_failures(own)),
    )


def _last(entries: Sequence[Entry], turn: int) -> Mapping[str, Mapping[str, Any]]:
    """The fields of the turn's messages by type, the last of each; and of what led to the model's being asked, which
    often comes before there is a turn."""
    lines = {entry.line.id: entry.line for entry in entries if isinstance(entry.line, HandledLine)}
    own = {line.type: line for line in lines.values() if line.turn == turn}
    led: dict[str, HandledLine] = {}
    line = own.get("CompletionRequested")
    while line is not None and line.type not in led:
        led[line.type] = line
        line = lines.get(line.cause)
    return {type: fields_of(line) for type, line in {**led, **own}.items()}


def told_of(request: Mapping[str, Any]) -> tuple[Told, ...]:
    """The prompt, in order; what stands in brackets before the last words is Gerald's own notes."""
    messages = [(text_of(one, "role"), text_of(one, "content")) for one in _maps(request, "messages")]
    found: list[Told] = []
    for number, (role, text) in enumerate(messages):
        if role == "system":
            found.append(Told("instructions", role, text))
        elif number < len(messages) - 1:
            found.append(Told("earlier", role, text))
        else:
            notes, question = _parted(text)
            found += [Told("notes", role, notes)] if notes else []
            found.append(Told("question", role, question))
    return tuple(found)


def _parted(text: str) -> tuple[str, str]:
    """The notes in brackets at the beginning, a line each, and the rest."""
    lines = text.split("\n")
    count = next(
        (n for n, line in enumerate(lines) if not (line[:1] == "[" and line[-1:] == "]")), len(lines)
    )
    if count == len(lines):
        return "", text
    return "\n".join(line[1:-1] for line in lines[:count]), "\n".join(lines[count:])


def _bars(entries: Iterable[Entry], turn: int, began: float) -> Iterator[Bar]:
    for stage in stages_of(entries, turn):
        took = max(0.0, stage.seconds)
        yield Bar(stage.stage, stage.at - took - began, took)


def _memory(fields: Mapping[str, Any]) -> Memory:
    return Memory(
        text_of(fields, "text"),
        text_of(fields, "who"),
        text_of(fields, "of"),
        int(number_of(fields, "days")),
        fields.get("fits") is not False,
    )


def _steps(entries: Sequence[Entry], began: float) -> Iterator[Step]:
    for branch in grow(entries):
        depth = len(branch.prefix) // INDENT
        if branch.entry is None:
            if branch.sent is not None:
                yield Step(
                    depth,
                    branch.sent.id,
                    "",
                    branch.sent.to,
                    branch.sent.type,
                    "",
                    0.0,
                    None,
                    "not handled here",
                )
            continue
        shown, line = row(branch.entry), branch.entry.line
        assert isinstance(line, MailLine)
        took = shown.ms / 1000 if shown.ms is not None else None
        text, begin = shortened(shown.text, LONGEST), line.wall - began
        yield Step(depth, line.id, shown.sender, shown.recipient, shown.type, text, begin, took, shown.mark)


def _last_id(own: Sequence[Entry]) -> str:
    """The turn's last message."""
    last = max(
        (entry.line for entry in own if isinstance(entry.line, HandledLine)),
        key=lambda line: line.wall,
        default=None,
    )
    return last.id if last is not None else ""


def _failures(own: Sequence[Entry]) -> Iterator[str]:
    for entry in own:
        line = entry.line
        failure = failure_of(line)
        assert isinstance(line, MailLine)
        if failure is not None:
            yield f"{line.recipient} failed at {line.type}: {failure.kind}: {failure.text}"
        elif isinstance(line, DeadLine):
            yield f"{line.type} to {line.recipient} was not handled: {line.why}"


def _maps(fields: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    found = fields.get(name)
    return tuple(one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = fields.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
