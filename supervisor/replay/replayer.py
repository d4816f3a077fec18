"""Replays a run: every deterministic actor in it, message by message, in the order in which each handled its own.

The trace is read once, as a stream: what is held in memory is the actors and no more.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.asks import AskTimeout
from actors.kernel.message import Message
from actors.kernel.record import Began, Handled
from supervisor.otp.messages import ROOT
from supervisor.replay.compare import Divergence, compare
from supervisor.replay.id_mapping import IdMapping
from supervisor.replay.life import ReplayedIncarnation
from supervisor.replay.order import in_causal_order
from supervisor.replay.reconstruct import Unreplayable, class_of, made, message, started_before
from supervisor.replay.what_if import Changes
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.segment_reader import Torn, open_segment
from supervisor.trace.records import (
    BeganLine,
    CheckpointLine,
    ConfigurationLine,
    DeadLine,
    HandledLine,
    Line,
    LostLine,
    StartedLine,
    StoppedLine,
)

__all__ = ["ReplayReport", "Replayer", "Step"]

MOST = 1000
"""Divergences that are kept; more are counted."""
NOTHING = Changes()


class _Handled(HandledLine, frozen=True, omit_defaults=True, tag_field="kind", tag="handled", kw_only=True):
    """A handled message that is still encoded: its class is known when it is needed."""

    message: msgspec.Raw


_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(
    _Handled
    | DeadLine
    | StartedLine
    | BeganLine
    | CheckpointLine
    | StoppedLine
    | ConfigurationLine
    | LostLine
)
_HANDLED = b'"kind":"handled"'


class ReplayReport(msgspec.Struct, frozen=True):
    """What came of a replay. messages: how many were replayed. actors: whose, by address. skipped: what could not be
    replayed, and why, by address. differing: how many messages differ; divergences: the first of them. stopped: at the
    message that was asked for. torn: what of the trace could not be read."""

    messages: int
    actors: tuple[str, ...]
    divergences: tuple[Divergence, ...] = ()
    differing: int = 0
    skipped: Mapping[str, str] = {}
    stopped: bool = False
    torn: tuple[Torn, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether something was replayed, and nothing differs."""
        return bool(self.messages) and not self.differing


class Step(msgspec.Struct, frozen=True):
    """One handled message: as it was recorded, as it was replayed, in which life, and what that was given."""

    line: HandledLine | BeganLine
    record: Handled | Began
    life: Any
    message: Message | None = None
    divergence: Divergence | None = None


Watch = Callable[[Step], None]
Given = Callable[[HandledLine, Message], Message]
Before = Callable[[ReplayedIncarnation, HandledLine], None]


class Replayer:
    """folder: of a run, with a file or more for each node; or one file. actor: only this address, "" for all. changes:
    what should have been otherwise in the configuration. anew: let what an actor sends otherwise reach the others, too;
    with `changes` it always does. until: the id of the message to stop after. before: called before each message;
    watch: after each. given: what to give instead of a message that no replayed actor sent. seen: told of starts and
    stops."""

    def __init__(
        self,
        folder: Path,
        *,
        actor: str = "",
        changes: Changes = NOTHING,
        anew: bool = False,
        until: str = "",
        before: Before = lambda life, line: None,
        watch: Watch = lambda step: None,
        given: Given = lambda line, message: message,
        seen: Callable[[Line], object] = lambda line: None,
    ) -> None:
        self._folder = folder
        self._actor = actor
        self._changes = changes
        self._anew = anew or bool(changes.values)
        self._passing = IdMapping()
        self._until = until
        self._before = before
        self._watch = watch
        self._given_instead = given
        self._seen = seen
        self._starts: dict[tuple[str, int], StartedLine] = {}
        self._lives: dict[str, ReplayedIncarnation] = {}
        self._skipped: dict[str, str] = {}
        self._replayed: dict[str, None] = {}
        self._divergences: list[Divergence] = []
        self._torn: list[Torn] = []
        self._messages = self._differing = 0
        self._stopped = False

    def run(self) -> ReplayReport:
        """Replay all of it, or up to `until`. Raises Unreplayable when nothing in it can be replayed at all."""
        lines = self._lines()
        for line in in_causal_order(lines, self._replays) if self._anew else lines:
            self._take(line)
            if self._stopped:
                break
        return ReplayReport(
            self._messages,
            tuple(self._replayed),
            tuple(self._divergences),
            self._differing,
            dict(self._skipped),
            self._stopped,
            tuple(self._torn),
        )

    # -- reading

    def _lines(self) -> Iterator[Line]:
        nodes = segments_by_node(self._folder)
        if not nodes:
            raise Unreplayable(f"there is no trace in {self._folder}")
        # The root tells of the starts of pinned actors, too: its files come first.
        for node in sorted(nodes, key=lambda name: name != ROOT):
            for path in nodes[node]:
                segment = open_segment(path, self._torn.append)
                if segment.metadata.get("words") == "drop":
                    raise Unreplayable(
                        f"{path} was written with trace.words: drop: what people said is not there, and without it"
                        " nothing can be done again"
                    )
                for _, data in segment.lines():
                    if self._may_matter(data):
                        try:
                            yield _decoder.decode(data)
                        except msgspec.DecodeError as error:
                            self._torn.append(Torn(path, 0, f"a line is not understood: {error}"))

    def _may_matter(self, data: bytes) -> bool:
        """A cheap look; most lines are of actors that cannot be replayed."""
        if _HANDLED not in data[:40]:
            return True
        start = data.find(b'"recipient":"') + 13
        recipient = data[start : data.find(b'"', start)].decode("utf-8", "replace")
        return recipient in self._lives or b',"by":"' in data

    def _replays(self, address: str) -> bool:
        return address in self._lives

    # -- lives

    def _take(self, line: Line) -> None:
        match line:
            case HandledLine():
                if (life := self._lives.get(line.handler)) is not None:
                    self._handle(life, line)
            case StartedLine():
                self._seen(line)
                self._starts[line.address, line.incarnation] = line
            case BeganLine():
                self._guarded(line.address, lambda: self._begin(line))
            case CheckpointLine():
                key = (line.address, line.incarnation)
                if key not in self._starts:  # it was in a file that is gone
                    self._starts[key] = started_before(line)
                if line.address not in self._lives:
                    self._guarded(line.address, lambda: self._resume(line))
            case StoppedLine():
                self._seen(line)
                life = self._lives.get(line.address)
                if life is not None and life.incarnation == line.incarnation:
                    del self._lives[line.address]

    def _guarded(self, address: str, do: Callable[[], None]) -> None:
        if self._actor not in ("", address) and not address.startswith(f"{self._actor}/"):
            return
        try:
            do()
        except Unreplayable as error:
            self._lives.pop(address, None)
            self._skipped[address] = str(error)

    def _make(self, address: str, incarnation: int) -> ReplayedIncarnation | None:
        started = self._starts.get((address, incarnation))
        if started is None:
            raise Unreplayable(f"{address}/{incarnation}: the record of its start is missing")
        cls = class_of(started)
        if cls is None or not cls.deterministic:
            if self._actor:
                raise Unreplayable(f"{address} is not deterministic: it talks to the world outside by itself")
            return None
        actor: Actor = made(started, self._changes.applied)
        life = ReplayedIncarnation(actor, started, self._changes.applied, anew=self._anew)
        self._lives[address] = life
        self._replayed[address] = None
        return life

    def _begin(self, line: BeganLine) -> None:
        life = self._make(line.address, line.incarnation)
        if life is not None:
            self._compare(life, line, life.begin(line))

    def _resume(self, line: CheckpointLine) -> None:
        life = self._make(line.address, line.incarnation)
        if life is None:
            return
        if self._changes.sections & set(self._starts[line.address, line.incarnation].arguments):
            raise Unreplayable(
                f"{line.address}: --with needs a trace from its start on, and this one begins later"
            )
        life.resume(line)

    def _handle(self, life: ReplayedIncarnation, line: HandledLine) -> None:
        if self._anew:
            line = self._passing.renumbered(line, life)
        try:
            given = self._given(life, line)
        except Unreplayable as error:
            del self._lives[life.address]
            self._skipped[life.address] = f"up to {line.id}, which cannot be made again: {error}"
            return
        if given is None:
            self._differing += 1  # this time it was not sent at all
            return
        self._before(life, line)
        self._messages += 1
        self._compare(life, line, life.replay(line, given), given)
        if self._until == line.id:
            self._stopped = True

    def _given(self, life: ReplayedIncarnation, line: HandledLine) -> Message | None:
        if self._passing.knows(line.id):
            return self._passing.take(line.id)
        recorded = message(line.type, line.message)
        if isinstance(recorded, AskTimeout):
            recorded = AskTimeout(self._passing.new_id(recorded.id))
        if self._anew and life.is_fired(line) and not life.is_set(recorded, line.turn):
            return None  # this time no such timer was set
        sender = line.id.rsplit("/", 2)[0]
        return recorded if sender in self._lives else self._given_instead(line, recorded)

    def _compare(
        self,
        life: ReplayedIncarnation,
        line: HandledLine | BeganLine,
        record: Handled | Began,
        given: Message | None = None,
    ) -> None:
        divergence = None
        differences = compare(line, record, numbers=not self._anew)
        if self._anew:
            self._passing.note(line, record, self._lives.keys())
        if differences:
            self._differing += 1
            handled = line if isinstance(line, HandledLine) else None
            divergence = Divergence(
                life.address,
                life.incarnation,
                handled.id if handled is not None else "",
                handled.type if handled is not None else "",
                line.wall,
                differences,
                {envelope.id: envelope.message for envelope in record.sent},
                handled.cause if handled is not None else "",
                handled.turn if handled is not None else 0,
            )
            if len(self._divergences) < MOST:
                self._divergences.append(divergence)
        self._watch(Step(line, record, life, given, divergence))
