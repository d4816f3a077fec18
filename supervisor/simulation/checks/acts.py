"""Checks that no act outlives its turn, its limit or a stop: from what the behaviour orders of the body's rooms."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.avatar.messages import AVATAR, GestureRequested, StopGesture
from actors.behaviour.messages import BEHAVIOUR, StopActs
from actors.conversation.messages import ReplyEnded, TurnStarted
from actors.kernel.message import Message
from actors.kernel.record import Handled, Started, Stopped
from actors.osc.messages import ParametersChanged, SetInput, SetParameter, ZeroInputs
from actors.speech.messages import Cancel
from config.schema import Behaviour
from supervisor.simulation.environment.onlookers import STOP_WORDS

ENDED_WITHIN = 0.25
"""Seconds until an act of a cancelled turn is over: from the cancellation, or from when the behaviour works again."""

WOUND_UP_WITHIN = 3.5
"""Seconds after the end of its turn within which an act is over."""

LATE = 0.5
"""Seconds by which an act may outlast the longest that is allowed."""

HANDS = "the hands"


@dataclass(slots=True)
class Acts:
    """settings: in force. well_since: since when the behaviour works; None while it does not. begun: how many acts
    there were. stopped: how many stops."""

    _settings: Behaviour
    _now: Callable[[], float]
    _well_since: Callable[[], float | None]
    _fault: Callable[[str], None]
    begun: int = 0
    stopped: int = 0
    _held: dict[str, tuple[int, float]] = field(default_factory=dict)  # the turn, and since when
    _cancelled: list[tuple[float, int]] = field(default_factory=list)
    _ended: list[tuple[float, int]] = field(default_factory=list)
    _panic: bool = False

    def begin(self) -> None:
        """Forget everything: a new process."""
        self._held.clear()
        self._cancelled.clear()
        self._ended.clear()
        self._panic = False

    def incarnation_changed(self, record: Started | Stopped) -> None:
        """A successor lets go of what was held when it starts. How the switch stands it asks the avatar, which may have
        died with the last value."""
        if record.address == BEHAVIOUR:
            self._held.clear()
        elif record.address == AVATAR:
            self._panic = False

    def conversation(self, record: Handled) -> None:
        """Note which turns the behaviour is told to be cancelled, or over."""
        for envelope in record.sent:
            message, now = envelope.message, self._now()
            if envelope.recipient != BEHAVIOUR:
                continue
            if isinstance(message, Cancel):
                self._cancelled.append((now, message.turn))
            elif isinstance(message, ReplyEnded) and message.turn:
                self._ended.append((now, message.turn))

    def behaviour(self, record: Handled) -> None:
        """Note what is begun and ended, and check it against what the behaviour has just heard."""
        message = record.envelope.message
        self._take_switch(message)
        for envelope in record.sent:
            self._order(envelope.message, _turn_of(message))
        if self._stops(message):
            self.stopped += 1
            self._check_stopped(type(message).__name__)
        elif self._panic:
            self._check_stopped("the stop parameter is on")
        self.check()

    def check(self) -> None:
        """Check everything that is done now."""
        well, now = self._well_since(), self._now()
        if well is None:
            return
        for what, (turn, since) in tuple(self._held.items()):
            why = self._overdue(turn, since, well, now)
            if why:
                self._fault(f"act: {what} of turn {turn}, begun at {since:.3f} s, {why}")
                del self._held[what]

    def _overdue(self, turn: int, since: float, well: float, now: float) -> str:
        if now - max(since, well) > self._settings.longest + LATE:
            return f"still goes on at {now:.3f} s"
        for since_when, within, how in (
            (self._cancelled, ENDED_WITHIN, "cancelled"),
            (self._ended, WOUND_UP_WITHIN, "over"),
        ):
            at = next((at for at, upto in since_when if upto >= turn > 0), None)
            if at is not None and now - max(at, well) > within:
                return f"goes on at {now:.3f} s, and the turn was {how} at {at:.3f} s"
        return ""

    def _order(self, message: Message, turn: int) -> None:
        now = self._now()
        match message:
            case GestureRequested():
                self._hold(HANDS, turn, now)
            case StopGesture():
                self._held.pop(HANDS, None)
            case SetParameter() | SetInput() if message.value:
                self._hold(message.name, turn, now)
            case SetParameter() | SetInput():
                self._held.pop(message.name, None)
            case ZeroInputs():
                pass  # each act is to end by itself

    def _hold(self, what: str, turn: int, now: float) -> None:
        self.begun += 1
        self._held[what] = (turn, now)

    def _take_switch(self, message: Message) -> None:
        name = self._settings.stop_parameter
        if isinstance(message, ParametersChanged) and name is not None and name in message.values:
            self._panic = bool(message.values[name])

    def _stops(self, message: Message) -> bool:
        if isinstance(message, TurnStarted):
            return message.text in STOP_WORDS and not self._is_void(message.turn)
        return isinstance(message, StopActs)

    def _is_void(self, turn: int) -> bool:
        return any(upto >= turn for _, upto in (*self._cancelled, *self._ended))

    def _check_stopped(self, why: str) -> None:
        if self._held:
            self._fault(f"act: {', '.join(sorted(self._held))} at {self._now():.3f} s, after a stop: {why}")
            self._held.clear()


def _turn_of(message: Message) -> int:
    """The turn to which an act belongs that begins with this message; 0 for what is done otherwise."""
    is_of_turn = type(message).__name__ in ("TurnStarted", "ActIntended", "SentenceBegun", "ReplyEnded")
    return int(message.turn) if is_of_turn else 0  # type: ignore[attr-defined]
