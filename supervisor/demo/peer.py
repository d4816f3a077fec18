"""A small stand-in for VRChat: a UDP socket that notes what Gerald writes to the chatbox."""

import socket
import threading
import time
from collections.abc import Iterator

import msgspec

from actors.osc.datagram import BadDatagram, decode


class Shown(msgspec.Struct, frozen=True):
    """A chatbox text. at: when it arrived, epoch seconds."""

    text: str
    at: float


class Peer:
    """Use as a context. port: where it listens, on 127.0.0.1. typing: whether the typing indicator is on."""

    def __enter__(self) -> "Peer":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.25)
        self.port: int = self._socket.getsockname()[1]
        self.typing = False
        self.shown: list[Shown] = []
        self.inputs: dict[str, float] = {}
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

    def _take(self, address: str, arguments: tuple[object, ...]) -> None:
        if address == "/chatbox/input" and arguments:
            self.shown.append(Shown(str(arguments[0]), time.time()))
        elif address == "/chatbox/typing" and arguments:
            self.typing = bool(arguments[0])
        elif address.startswith("/input/") and arguments and isinstance(arguments[0], int | float):
            self.inputs[address] = float(arguments[0])
