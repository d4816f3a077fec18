"""The server of the control socket: one thread accepts, and one answers each client, within limits."""

import contextlib
import logging
import multiprocessing.connection as mpc
import threading
from collections.abc import Mapping
from multiprocessing import AuthenticationError
from typing import Any

from supervisor.connection import Connection, limit_reads, limit_writes
from supervisor.control.requests.answer import answer
from supervisor.control.wire import (
    HANDSHAKE_WITHIN,
    MAX_REQUEST,
    RequestRefused,
    hang_up,
    receive,
    send,
)
from supervisor.instance import Instance
from supervisor.runtime.runtime import Runtime

log = logging.getLogger(__name__)
CLIENTS = 24
READ_WITHIN = 10.0
"""Seconds that a client may take to read on."""
PLACE_WITHIN = 1.0
STOP_WITHIN = 60.0
TOLD_WITHIN = 1.0
"""Seconds to tell those who asked for the stop how it went."""
LONG = frozenset({"follow", "now", "say", "talk", "watch"})
LONG_CLIENTS = 16
"""How many clients may watch or talk; the other places are for short requests."""


class ControlServer:
    """Serves `runtime` at `instance`'s address until closed. `stop` is set when a client asks the instance to stop."""

    def __init__(self, runtime: Runtime, instance: Instance, stop: threading.Event | None = None) -> None:
        self.stop = stop if stop is not None else threading.Event()
        self._runtime = runtime
        self._key = bytes.fromhex(instance.key)
        self._listener = mpc.Listener(instance.address, instance.family, backlog=CLIENTS)
        self._places = threading.Semaphore(CLIENTS)
        self._long_places = threading.Semaphore(LONG_CLIENTS)
        self._undecided: dict[int, Connection] = {}  # who has not said yet what it wants, the oldest first
        self._lock = threading.Lock()
        self._closed = False
        self._over = threading.Event()
        self._outcome: Mapping[str, Any] = {}
        self._waiting: list[threading.Thread] = []
        threading.Thread(target=self._accept, name="control", daemon=True).start()

    def tell_outcome(self, *, saved: bool, said: str) -> None:
        """Tell those who asked for the stop, and wait, how it went, in one phrase."""
        self._outcome = {"saved": saved, "said": said}
        self._over.set()
        with self._lock:
            waiting = tuple(self._waiting)
        for thread in waiting:
            thread.join(TOLD_WITHIN)

    def close(self) -> None:
        """Accept no more clients."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError as error:
                if self._closed:
                    return
                log.warning("the control socket did not accept a client: %s", error)
                continue
            if not self._has_place():
                connection.close()
                continue
            with self._lock:
                self._undecided[id(connection)] = connection
            args = (connection,)
            threading.Thread(target=self._serve, args=args, name="control client", daemon=True).start()

    def _has_place(self) -> bool:
        """Take a place; where there is none, that of the client who has been silent for the longest time."""
        if self._places.acquire(blocking=False):
            return True
        with self._lock:
            slowest = next(iter(self._undecided.values()), None)
            if slowest is not None:
                hang_up(slowest)
        return self._places.acquire(timeout=PLACE_WITHIN)

    def _serve(self, connection: "Connection") -> None:
        try:
            limit_reads(connection, HANDSHAKE_WITHIN)
            limit_writes(connection, READ_WITHIN)
            mpc.deliver_challenge(connection, self._key)
            mpc.answer_challenge(connection, self._key)
            request = receive(connection, MAX_REQUEST)
            self._decided(connection)
            self._answer(connection, request)
        except (AuthenticationError, EOFError, OSError, RequestRefused) as error:
            log.debug("a control client left: %s", error)
        finally:
            self._decided(connection)
            with contextlib.suppress(OSError):
                connection.close()
            self._places.release()

    def _decided(self, connection: "Connection") -> None:
        with self._lock:
            self._undecided.pop(id(connection), None)

    def _answer(self, connection: "Connection", request: dict[str, Any]) -> None:
        if request.get("do") == "stop":
            self._stop(connection, request)
        elif str(request.get("do")) not in LONG:
            self._send_answers(connection, request)
        elif self._long_places.acquire(blocking=False):
            try:
                self._send_answers(connection, request)
            finally:
                self._long_places.release()
        else:
            send(connection, {"error": f"{LONG_CLIENTS} clients watch or talk already; end one of them"})

    def _send_answers(self, connection: "Connection", request: dict[str, Any]) -> None:
        try:
            for part in answer(self._runtime, request):
                send(connection, part)
            send(connection, {"end": True})
        except RequestRefused as refusal:
            send(connection, {"error": str(refusal)})
        except (ValueError, TypeError) as error:  # a value that is no number, say
            log.warning("a control request had a value of the wrong kind: %s", type(error).__name__)
            send(connection, {"error": f"the request has a value that cannot be used: {error}"})

    def _stop(self, connection: "Connection", request: dict[str, Any]) -> None:
        """Have the instance stopped; who wants to wait is told how it went."""
        if not request.get("wait"):
            self._send_answers(connection, request)
            self.stop.set()
            return
        with self._lock:
            self._waiting.append(threading.current_thread())
        self.stop.set()
        if self._over.wait(STOP_WITHIN):
            send(connection, {"stopping": True, **self._outcome})
            send(connection, {"end": True})
        else:
            send(connection, {"error": f"it has not stopped within {STOP_WITHIN:g} s"})
