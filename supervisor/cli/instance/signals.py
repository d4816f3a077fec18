"""How a run is told to stop: by signals, by its launcher, by a client; once is in order, twice is at once."""

import os
import signal
import threading
import time
from types import FrameType

from supervisor.console import hear_console
from supervisor.session_end import hear_session_end

SAME_REQUEST = 0.5
"""Seconds within which several are one: a terminal, a service manager and the launcher may all pass the same one on."""


def ignore_stops_of_the_terminal() -> None:
    """A process in the background that reads from its terminal, or writes to it under `stty tostop`, would be stopped
    as a whole: ears, voice and all."""
    for name in ("SIGTTIN", "SIGTTOU"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


class StopSignals:
    """event: set when the run is to end."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._asked_at = 0.0

    def hear_signals(self) -> None:
        """From now on SIGINT, SIGTERM and SIGHUP ask for it, on Windows Ctrl-Break and a window that is closed; and a
        terminal that is another's stops nothing."""
        ignore_stops_of_the_terminal()
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self._on_hangup)
        for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._on_signal)
        hear_console(self.ask)
        hear_session_end(self.ask)

    def ask(self) -> None:
        """Ask for it, from any thread."""
        self._asked_at = self._asked_at or time.monotonic()
        self.event.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked_at and time.monotonic() - self._asked_at > SAME_REQUEST:
            os._exit(128 + number)
        self.ask()

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        # The terminal is gone: what is printed from now on must not fail.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        self._on_signal(number, frame)
