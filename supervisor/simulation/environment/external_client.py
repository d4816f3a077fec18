"""The simulated VRChat: its ports and its log. It outlives every process of Gerald, and notes what people see."""

from collections.abc import Callable

from actors.kernel.protocol.lifecycle import Health
from actors.osc.inputs import AXES, BUTTONS, PREFIX
from actors.osc.receiver import Receiver
from actors.osc.wire import Value
from actors.world.log import WorldLog
from actors.world.logline import parse
from actors.world.roster import apply_event
from supervisor.simulation.environment.osc_port import OscPort, SimulatedListener, Taken


class Game:
    """VRChat's two ports and its log.

    held: inputs that are not at rest, and since when.
    lines: its log.
    unplugged_until: when it can be reached again.
    port: Gerald's, to which it sends. arrived: called with every datagram that finds room there; lost: when what
    waits there is lost.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        arrived: Taken = lambda *_: None,
        lost: Callable[[], object] = lambda: None,
    ) -> None:
        self.held: dict[str, float] = {}
        self._values: dict[str, float] = {}
        self.lines: list[str] = []
        self.unplugged_until = 0.0
        self.port = OscPort(arrived, lost)
        self._clock = clock

    def take(self, address: str, values: tuple[Value, ...]) -> None:
        """Receive a message. Raises OSError while the network is down."""
        now = self._clock()
        if now < self.unplugged_until:
            raise OSError("the network is unreachable")
        if address.startswith(PREFIX):
            name = address.removeprefix(PREFIX)
            assert name in AXES or name in BUTTONS
            self._values[name] = float(values[0])
            if values[0]:
                self.held[name] = now
            else:
                self.held.pop(name, None)

    def held_at(self, name: str) -> float:
        """The value of an input, 0.0 at rest."""
        return self._values[name] if name in self.held else 0.0

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
    """The real receiver, with the game's port. listening: makes the reader of it."""

    game: Game
    listening: Callable[..., SimulatedListener]

    def _open(self) -> None:
        port = self.game.port
        listener = self.listening(self._queue, self.post, lambda why: None, port)
        self._listener = listener
        listener.begin()
        self.health(Health.OK)
        self._report_listening()

    def _release(self) -> None:
        if isinstance(self._listener, SimulatedListener):
            self._listener.end()
        self._listener = None


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
