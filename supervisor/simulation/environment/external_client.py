"""The simulated VRChat: its ports and its log. It outlives every process of Gerald, and notes what people see."""

from collections.abc import Callable

from actors.kernel.protocol.lifecycle import Health
from actors.osc.inputs import AXES, BUTTONS, PREFIX
from actors.osc.messages import ParametersChanged
from actors.osc.receiver import Receiver
from actors.osc.wire import Value
from actors.world.log import WorldLog
from actors.world.logline import parse
from actors.world.roster import apply_event


class Game:
    """VRChat's two ports and its log.

    held: inputs that are not at rest, and since when.
    lines: its log.
    unplugged_until: when it can be reached again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.held: dict[str, float] = {}
        self.lines: list[str] = []
        self.unplugged_until = 0.0
        self.receiver: SimulatedReceiver | None = None
        self._clock = clock

    def take(self, address: str, values: tuple[Value, ...]) -> None:
        """Receive a message. Raises OSError while the network is down."""
        now = self._clock()
        if now < self.unplugged_until:
            raise OSError("the network is unreachable")
        if address.startswith(PREFIX):
            name = address.removeprefix(PREFIX)
            assert name in AXES or name in BUTTONS
            if values[0]:
                self.held[name] = now
            else:
                self.held.pop(name, None)

    def say(self, message: ParametersChanged) -> None:
        """Send changed parameters of the avatar."""
        if self.receiver is not None:
            self.receiver.post(message)

    def log(self, text: str) -> None:
        """Write a line to the log."""
        self.lines.append(f"2026.01.01 00:00:00 Log        -  {text}")


class SimulatedWire:
    """A socket to the game (actors.osc.wire.Wire)."""

    def __init__(self, game: Game) -> None:
        self._game = game

    def send(self, address: str, *values: Value) -> None:
        self._game.take(address, values)

    def close(self) -> None:
        """Nothing to close."""


class SimulatedReceiver(Receiver):
    """The real receiver, with the game in place of a port."""

    game: Game

    def _open(self) -> None:
        self.game.receiver = self
        self.health(Health.OK)

    def _release(self) -> None:
        if self.game.receiver is self:
            self.game.receiver = None


class SimulatedLog(WorldLog):
    """The real follower of the game's log, with the game in place of a file."""

    game: Game
    _read = 0

    def _follow(self) -> bool:
        new, self._read = self.game.lines[self._read :], len(self.game.lines)
        for event in (event for line in new if (event := parse(line)) is not None):
            self._roster = apply_event(self._roster, event)
        if new or self._told is None:
            self._tell(self._roster)
        self._say(Health.OK)
        return False
