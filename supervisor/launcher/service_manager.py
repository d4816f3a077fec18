"""Says to the service manager how Gerald is, by systemd's protocol (sd_notify). Without one nothing happens."""

import contextlib
import os
import socket
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

VARIABLE = "GERALD_SERVICE"
"""Tells the root that its launcher reports to a service manager; its value is the seconds between two answers."""

START_WITHIN = 60.0
"""Seconds that a root which was started again may take to answer, before the watchdog is let run out."""

STATUS_LENGTH = 400
SENT_WITHIN = 0.5
"""Seconds that a datagram may wait for a manager that is busy."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is known of the root, in monotonic seconds. watchdog: seconds within which the manager wants a sign of life;
    0.0 for none. fed: when it got the last one. started: when this root was. answered: when it last answered itself
    through the kernel; None before it did. ready: it was once."""

    watchdog: float = 0.0
    fed: float = 0.0
    started: float = 0.0
    answered: float | None = None
    ready: bool = False
    stopping: bool = False


def is_alive(vitals: Vitals, now: float) -> bool:
    """Whether the root works, or may still be starting."""
    if vitals.answered is None:
        return now - vitals.started < max(START_WITHIN, vitals.watchdog / 2)
    return now - vitals.answered < vitals.watchdog / 2


def is_due(vitals: Vitals, now: float) -> bool:
    """Whether the manager, who waits for it since the root was ready, is to get a sign of life now."""
    wanted = vitals.watchdog > 0 and vitals.ready
    return wanted and now - vitals.fed >= vitals.watchdog / 2 and is_alive(vitals, now)


class ServiceManager:
    """The manager that listens at `address`: a path, or @ and an abstract name; "" for none, who is told nothing.
    Telling it never raises.

    watchdog: as in Vitals. stop_within: seconds that a stop may take. Times given are monotonic seconds."""

    def __init__(self, address: str = "", watchdog: float = 0.0, stop_within: float = 0.0) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._stop_within = stop_within
        self._vitals = Vitals(watchdog)
        self._status = ""

    @classmethod
    def found(cls, stop_within: float, environ: MutableMapping[str, str] | None = None) -> "ServiceManager":
        """The one that the environment names. It names it no longer: what this process starts must not tell it
        anything. None is there where no local socket reaches it."""
        variables = os.environ if environ is None else environ
        address = variables.pop("NOTIFY_SOCKET", "")
        within, whose = variables.pop("WATCHDOG_USEC", ""), variables.pop("WATCHDOG_PID", "")
        mine = not whose or whose == str(os.getpid())
        watchdog = int(within) / 1e6 if mine and within.isdecimal() else 0.0
        known = address[:1] in ("/", "@") and hasattr(socket, "AF_UNIX")
        return cls(address, watchdog, stop_within) if known else cls()

    @property
    def present(self) -> bool:
        return bool(self._address)

    @property
    def answer_every(self) -> float:
        """Seconds between two answers of the root that the watchdog needs; 0.0 where there is none."""
        return min(self._vitals.watchdog / 6, 5.0)

    def started(self, now: float) -> None:
        """A root process was started."""
        self._vitals = replace(self._vitals, started=now, answered=None)

    def hear(self, told: Mapping[str, Any], now: float) -> None:
        """What the root tells of itself: answers, ready, stopping, status."""
        if told.get("answers"):
            self._vitals = replace(self._vitals, answered=now)
        if told.get("stopping"):
            self.stopping()
        if "status" in told:
            self.show(str(told["status"]))
        if told.get("ready") and not self._vitals.ready and not self._vitals.stopping:
            self._vitals = replace(self._vitals, ready=True, fed=now)
            self._send("READY=1")
        self.tick(now)

    def tick(self, now: float) -> None:
        """Give a sign of life if one is due, and there is life."""
        if is_due(self._vitals, now):
            self._vitals = replace(self._vitals, fed=now)
            self._send("WATCHDOG=1")

    def show(self, status: str) -> None:
        """Show this line as Gerald's status."""
        line = " ".join(status.split())[:STATUS_LENGTH]
        if line != self._status and not self._vitals.stopping:
            self._status = line
            self._send(f"STATUS={line}")

    def stopping(self) -> None:
        """Gerald stops, and may take the time that it needs, whatever the unit says."""
        if not self._vitals.stopping:
            self._vitals = replace(self._vitals, stopping=True)
            self._send(f"STOPPING=1\nSTATUS=stopping\nEXTEND_TIMEOUT_USEC={int(self._stop_within * 1e6)}")

    def _send(self, assignments: str) -> None:
        if not self._address:
            return
        # A manager that is gone, or reads nothing, must not hold up or end anything.
        family = getattr(socket, "AF_UNIX")  # noqa: B009 - Windows has none
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as udp:
            udp.settimeout(SENT_WITHIN)
            udp.sendto(assignments.encode(errors="replace"), self._address)
