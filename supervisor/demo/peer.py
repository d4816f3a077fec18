"""A small stand-in for VRChat: a UDP socket that notes what Gerald writes to the chatbox and what its body does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import msgspec

from actors.osc.datagram import BadDatagram, decode

PARAMETERS = "/avatar/parameters/"
_INPUTS = "/input/"


Taken = Callable[[str, tuple[object, ...]], object]


def _nothing(address: str, arguments: tuple[object, ...]) -> None:
    """Nothing more than to note it."""


class Shown(msgspec.Struct, frozen=True):
    """A chatbox text. at: when it arrived, epoch seconds."""

    text: str
    at: float


class Moved(msgspec.Struct, frozen=True):
    """An input or a parameter of the avatar got a value. at: when, epoch seconds."""

    address: str
    value: float
    at: float


class Peer:
    """Use as a context. port: where it listens, on 127.0.0.1; 0 for any. typing: whether the typing indicator is on.

    taken: called on its thread with everything that has come, after it was noted.

    inputs, parameters: the last value of each, by its address and by its name."""

    def __init__(self, port: int = 0, taken: Taken = _nothing) -> None:
        self._wanted = port
        self._taken = taken

    def __enter__(self) -> "Peer":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self._wanted))
        self._socket.settimeout(0.25)
        self.port: int = self._socket.getsockname()[1]
        self.typing = False
        self.shown: list[Shown] = []
        self.inputs: dict[str, float] = {}
        self.parameters: dict[str, float] = {}
        self._moved: list[Moved] = []
        self._change = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._listen, name="OSC peer", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._thread.join(1.0)
        self._socket.close()

    def since(self, at: float) -> Iterator[Shown]:
        """The texts that arrived at or after `at`."""
        return (shown for shown in tuple(self.shown) if shown.at >= at)

    def moved(self, address: str, value: float, since: float, within: float = 0.0) -> Moved | None:
        """When `address` first got `value` at or after `since`; waits `within` seconds for it. None: it did not."""
        with self._change:
            self._change.wait_for(lambda: self._first(address, value, since) is not None, within)
            return self._first(address, value, since)

    def _first(self, address: str, value: float, since: float) -> Moved | None:
        found = (one for one in self._moved if one.at >= since and one.address == address)
        return next((one for one in found if one.value == value), None)

    def _listen(self) -> None:
        while not self._closed:
            try:
                calls = decode(self._socket.recv(65536))
            except (TimeoutError, BadDatagram):
                continue
            except OSError:
                return
            for call in calls:
                self._take(*call)
                self._taken(*call)

    def _take(self, address: str, arguments: tuple[object, ...]) -> None:
        if address == "/chatbox/input" and arguments:
            self.shown.append(Shown(str(arguments[0]), time.time()))
        elif address == "/chatbox/typing" and arguments:
            self.typing = bool(arguments[0])
        elif arguments and isinstance(arguments[0], int | float):
            self._take_value(address, float(arguments[0]))

    def _take_value(self, address: str, value: float) -> None:
        with self._change:
            if address.startswith(_INPUTS):
                self.inputs[address] = value
            elif address.startswith(PARAMETERS):
                self.parameters[address.removeprefix(PARAMETERS)] = value
            else:
                return
            self._moved.append(Moved(address, value, time.time()))
            self._change.notify_all()
