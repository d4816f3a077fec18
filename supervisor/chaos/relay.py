"""A bad network between two ends of TCP: a relay that delays, narrows, cuts and damages what passes.

What a network loses, TCP sends again: lost packets are seen as delays, and so they are here. `spoil` really takes bytes
out of the stream, which no network does without being noticed.
"""

import contextlib
import queue
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

CHUNK = 16 * 1024
PATIENCE = 0.2
"""Seconds after which TCP sends again what was lost; twice as long each time."""
FULL = 8
"""Chunks on their way in one direction; with more the sender waits."""
BUFFER = 64 * 1024
"""Bytes that the system keeps at each end, as a router does."""


@dataclass(frozen=True, slots=True)
class Weather:
    """delay: seconds in each direction. loss: part of the chunks that are lost, in [0, 1). rate: bytes a second in each
    direction, 0 for no limit. passing: whether anything passes; what came before waits."""

    delay: float = 0.0
    loss: float = 0.0
    rate: float = 0.0
    passing: bool = True


CALM = Weather()


class Relay:
    """Listens at 127.0.0.1 and passes every connection on to `target`, in the weather that `weather` says."""

    def __init__(
        self, target: tuple[str, int], *, listen: tuple[str, int] = ("127.0.0.1", 0), seed: int = 0
    ) -> None:
        self._target = target
        self._dice = random.Random(seed)
        self._changed = threading.Condition()
        self._weather = CALM
        self._refusing = False
        self._to_spoil = 0
        self._sockets: set[socket.socket] = set()
        self._server = socket.create_server(listen)
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    @property
    def address(self) -> str:
        """`HOST:PORT`."""
        host, port = self._server.getsockname()[:2]
        return f"{host}:{port}"

    @property
    def weather(self) -> Weather:
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        with self._changed:
            self._weather = weather
            self._changed.notify_all()

    def cut(self, *, refuse: bool = False) -> None:
        """End all connections; with `refuse`, new ones too, until `heal`."""
        with self._changed:
            self._refusing = refuse
            sockets, self._sockets = self._sockets, set()
            self._changed.notify_all()
        for end in sockets:
            _close(end)

    def heal(self) -> None:
        """Calm weather, and new connections are passed on."""
        self._refusing = False
        self.weather = CALM

    def spoil(self, size: int = 1) -> None:
        """Take so many bytes out of what passes next."""
        with self._changed:
            self._to_spoil += size

    def close(self) -> None:
        self.cut(refuse=True)
        _close(self._server)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                if self._refusing:
                    raise ConnectionRefusedError
                far = socket.create_connection(self._target, timeout=5.0)
                far.settimeout(None)
            except OSError:
                _close(near)
                continue
            with self._changed:
                self._sockets |= {near, far}
            for source, sink in ((near, far), (far, near)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                source.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
                source.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
                _Direction(self, source, sink)

    def _ends(self, *ends: socket.socket) -> None:
        with self._changed:
            self._sockets -= set(ends)
        for end in ends:
            _close(end)

    def _changed_chunk(self, data: bytes) -> bytes:
        with self._changed:
            taken = min(self._to_spoil, len(data))
            self._to_spoil -= taken
        return data[taken:]

    def _due(self) -> float:
        """When a chunk that comes now is there."""
        weather, at, again = self._weather, time.monotonic(), PATIENCE
        while self._dice.random() < weather.loss:
            at, again = at + again, again * 2
        return at + weather.delay

    def _await_passing(self, alive: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._weather.passing or not alive())


class _Direction:
    """What passes from one socket to another, in order."""

    def __init__(self, relay: Relay, source: socket.socket, sink: socket.socket) -> None:
        self._relay, self._source, self._sink = relay, source, sink
        self._passing: queue.Queue[tuple[float, bytes]] = queue.Queue(FULL)
        for work in (self._read, self._write):
            threading.Thread(target=work, name=f"relay/{work.__name__}", daemon=True).start()

    def _read(self) -> None:
        data = b"-"
        while data:
            try:
                data = self._source.recv(CHUNK)
            except OSError:
                data = b""
            self._passing.put((self._relay._due() if data else 0.0, data))

    def _write(self) -> None:
        last = 0.0
        with contextlib.suppress(OSError):
            while True:
                due, data = self._passing.get()
                if not data:
                    break
                last = max(last, due)
                time.sleep(max(0.0, last - time.monotonic()))
                self._relay._await_passing(lambda: self._sink.fileno() >= 0)
                self._sink.sendall(self._relay._changed_chunk(data))
                if rate := self._relay.weather.rate:
                    time.sleep(len(data) / rate)
        self._relay._ends(self._source, self._sink)
        while data:  # so that the reader, which may wait for room, ends
            _, data = self._passing.get()


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
