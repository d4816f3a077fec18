"""Replays the deterministic actors of a run, each message by message in the order in which it handled them.

The trace is read once, as a stream: only the actors are held in memory.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Union, get_args

import msgspec

from actors.kernel.actor import Actor
from actors.kernel.asks import AskTimeout
from actors.kernel.message import Message
from actors.kernel.record import Began, Handled
from supervisor.otp.messages import ROOT
from supervisor.replay.compare import Divergence, compare
from supervisor.replay.id_mapping import IdMapping
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.replay.order import in_causal_order
from supervisor.replay.reconstruct import Unreplayable, class_of, make_actor, make_message, started_before
from supervisor.replay.what_if import Changes
from supervisor.trace.layout import segments_by_node
from supervisor.trace.read.segment_reader import Torn, open_segment
from supervisor.trace.records import (
    BeganLine,
    CheckpointLine,
    HandledLine,
    Line,
    StartedLine,
    StoppedLine,
    decode_with,
)

MOST = 1000
"""Most divergences that are kept; further ones are only counted."""
NOTHING = Changes()


class _EncodedLine(HandledLine, frozen=True, tag="handled", kw_only=True):
    """A handled message that stays encoded until its class is needed."""

    message: msgspec.Raw


_others = [kind for kind in get_args(Line) if kind is not HandledLine]
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Union[_EncodedLine, *_others])
_HANDLED = b'"kind":"handled"'


class ReplayReport(msgspec.Struct, frozen=True):
    """The results of a replay.

    messages: how many were replayed. actors: their addresses. differing: how many messages differ.
    divergences: the first of these. skipped: why an actor could not be replayed, by address.
    stopped: whether the replay ended at the requested message. torn: what of the trace could not be read.
    """

    messages: int
    actors: tuple[str, ...]
    divergences: tuple[Divergence, ...] = ()
    differing: int = 0
    skipped: Mapping[str, str] = {}
    stopped: bool = False
    torn: tuple[Torn, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether something was replayed and nothing differs."""
        return bool(self.messages) and not self.differing


class Step(msgspec.Struct, frozen=True):
    """One handled message, recorded and replayed. message: the one given to the incarnation."""

    line: HandledLine | BeganLine
    record: Handled | Began
    incarnation: ReplayedIncarnation
    message: Message | None = None
    divergence: Divergence | None = None


Watch = Callable[[Step], None]
Given = Callable[[HandledLine, Message], Message]
Before = Callable[[ReplayedIncarnation, HandledLine], None]


class Replayer:
    """Replays one run.

    folder: of a run, or one file. actor: only this address, "" for all. changes: to the configuration.
    propagate: give actors what others send in the replay, if it differs; always true with `changes`.
    until: the id of the message to stop after. until_turn: stop before the first message of a later turn; 0 for none.
    before, watch: called before and after each message.
    given: replaces a message that no replayed actor sent. seen: called with starts and stops.
    """

    def __init__(
        self,
        folder: Path,
        *,
        actor: str = "",
        changes: Changes = NOTHING,
        propagate: bool = False,
        until: str = "",
        until_turn: int = 0,
        before: Before = lambda replayed, line: None,
        watch: Watch = lambda step: None,
        given: Given = lambda line, message: message,
        seen: Callable[[Line], object] = lambda line: None,
    ) -> None:
        self._folder = folder
        self._actor = actor
        self._changes = changes
        self._propagates = propagate or bool(changes.values)
        self._ids = IdMapping()
        self._until = until
        self._until_turn = until_turn
        self._before = before
        self._watch = watch
        self._given_instead = given
        self._seen = seen
        self._starts: dict[tuple[str, int], StartedLine] = {}
        self._incarnations: dict[str, ReplayedIncarnation] = {}
        self._skipped: dict[str, str] = {}
        self._replayed: dict[str, None] = {}
        self._divergences: list[Divergence] = []
        self._torn: list[Torn] = []
        self._messages = self._differing = 0
        self._stopped = False

    def run(self) -> ReplayReport:
        """Replay the run, up to `until`. Raises Unreplayable if nothing can be replayed."""
        lines = self._lines()
        for line in in_causal_order(lines, self._replays) if self._propagates else lines:
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
        # The root's files come first: it also records the starts of pinned actors.
        for node in sorted(nodes, key=lambda name: name != ROOT):
            for path in nodes[node]:
                segment = open_segment(path, self._torn.append)
                if segment.metadata.get("words") == "drop":
                    raise Unreplayable(
                        f"{path} was written with trace.words: drop, and cannot be replayed without people's words"
                    )
                for _, data in segment.lines():
                    if self._may_matter(data):
                        try:
                            yield decode_with(_decoder, data)
                        except msgspec.DecodeError as error:
                            self._torn.append(Torn(path, 0, f"a line is not understood: {error}"))

    def _may_matter(self, data: bytes) -> bool:
        """A cheap test: most lines belong to actors that cannot be replayed."""
        if _HANDLED not in data[:40]:
            return True
        start = data.find(b'"recipient":"') + 13
        recipient = data[start : data.find(b'"', start)].decode("utf-8", "replace")
        return recipient in self._incarnations or b',"by":"' in data

    def _replays(self, address: str) -> bool:
        return address in self._incarnations

    # -- incarnations

    def _take(self, line: Line) -> None:
        match line:
            case HandledLine() if self._until_turn and line.turn > self._until_turn:
                self._stopped = True
            case HandledLine():
                if (replayed := self._incarnations.get(line.handler)) is not None:
                    self._handle(replayed, line)
            case StartedLine():
                self._seen(line)
                self._starts[line.address, line.incarnation] = line
            case BeganLine():
                self._guarded(line.address, lambda: self._begin(line))
            case CheckpointLine():
                key = (line.address, line.incarnation)
                if key not in self._starts:  # it was in a file that is gone
                    self._starts[key] = started_before(line)
                if line.address not in self._incarnations:
                    self._guarded(line.address, lambda: self._resume(line))
            case StoppedLine():
                self._seen(line)
                replayed = self._incarnations.get(line.address)
                if replayed is not None and replayed.incarnation == line.incarnation:
                    del self._incarnations[line.address]

    def _guarded(self, address: str, do: Callable[[], None]) -> None:
        if self._actor not in ("", address) and not address.startswith(f"{self._actor}/"):
            return
        try:
            do()
        except Unreplayable as error:
            self._incarnations.pop(address, None)
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
        actor: Actor = make_actor(started, self._changes.applied)
        replayed = ReplayedIncarnation(actor, started, self._changes.applied, propagate=self._propagates)
        self._incarnations[address] = replayed
        self._replayed[address] = None
        return replayed

    def _begin(self, line: BeganLine) -> None:
        replayed = self._make(line.address, line.incarnation)
        if replayed is not None:
            self._compare(replayed, line, replayed.begin(line))

    def _resume(self, line: CheckpointLine) -> None:
        replayed = self._make(line.address, line.incarnation)
        if replayed is None:
            return
        if self._changes.sections & set(self._starts[line.address, line.incarnation].arguments):
            raise Unreplayable(
                f"{line.address}: --with needs a trace from its start on, and this one begins later"
            )
        replayed.resume(line)

    def _handle(self, replayed: ReplayedIncarnation, line: HandledLine) -> None:
        if self._propagates:
            line = self._ids.renumbered(line, replayed)
        try:
            given = self._given(replayed, line)
        except Unreplayable as error:
            del self._incarnations[replayed.address]
            self._skipped[replayed.address] = f"up to {line.id}, which cannot be reconstructed: {error}"
            return
        if given is None:
            self._differing += 1  # this time it was not sent at all
            return
        self._before(replayed, line)
        self._messages += 1
        self._compare(replayed, line, replayed.replay(line, given), given)
        if self._until == line.id:
            self._stopped = True

    def _given(self, replayed: ReplayedIncarnation, line: HandledLine) -> Message | None:
        if self._ids.knows(line.id):
            return self._ids.take(line.id)
        recorded = make_message(line.type, line.message)
        if isinstance(recorded, AskTimeout):
            recorded = AskTimeout(self._ids.new_id(recorded.id))
        if self._propagates and replayed.is_fired(line) and not replayed.is_set(recorded, line.turn):
            return None  # this time no such timer was set
        sender = line.id.rsplit("/", 2)[0]
        return recorded if sender in self._incarnations else self._given_instead(line, recorded)

    def _compare(
        self,
        replayed: ReplayedIncarnation,
        line: HandledLine | BeganLine,
        record: Handled | Began,
        given: Message | None = None,
    ) -> None:
        divergence = None
        differences = compare(line, record, numbers=not self._propagates)
        if self._propagates:
            self._ids.note(line, record, self._incarnations.keys())
        if differences:
            self._differing += 1
            id, kind, cause, turn = (
                (line.id, line.type, line.cause, line.turn)
                if isinstance(line, HandledLine)
                else ("", "", "", 0)
            )
            sent = {envelope.id: envelope.message for envelope in record.sent}
            whose = replayed.address, replayed.incarnation
            divergence = Divergence(*whose, id, kind, line.wall, differences, sent, cause, turn)
            if len(self._divergences) < MOST:
                self._divergences.append(divergence)
        self._watch(Step(line, record, replayed, given, divergence))
