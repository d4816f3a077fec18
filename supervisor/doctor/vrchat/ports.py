"""Who has a UDP port of this machine, and what comes to it."""

import contextlib
import socket
import time
from dataclasses import dataclass

import psutil

from actors.osc import sockets

LARGEST = 65536


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has a port: the pids and names of processes, 0 and "" for one that may not be seen. is_known: False where
    this system does not tell it to this user."""

    processes: tuple[tuple[int, str], ...] = ()
    is_known: bool = True

    def __str__(self) -> str:
        return ", ".join(
            f"{name} (process {pid})" if pid else "a process of another user" for pid, name in self.processes
        )

    @property
    def pids(self) -> frozenset[int]:
        """Of those that may be seen."""
        return frozenset(pid for pid, _ in self.processes if pid)


def holders(port: int) -> Holders:
    """Every process that has bound this UDP port, at whatever address."""
    try:
        entries = psutil.net_connections("udp")
    except (psutil.AccessDenied, OSError, RuntimeError):  # macOS tells it to root only
        return Holders(is_known=False)
    pids = [entry.pid or 0 for entry in entries if entry.laddr and entry.laddr.port == port]
    return Holders(tuple((pid, _name(pid)) for pid in dict.fromkeys(pids)))


def _name(pid: int) -> str:
    if not pid:
        return ""
    try:
        process = psutil.Process(pid)
        name = process.name()
    except psutil.Error:
        return "a process that has ended"
    with contextlib.suppress(psutil.Error):
        if name.lower().startswith("python") and "supervisor" in " ".join(process.cmdline()[:4]):
            return "another Gerald"
    return name


@dataclass(frozen=True, slots=True)
class Heard:
    """What came to a port. refused, remedy: why it could not be opened, and what to do, "" if it could."""

    datagrams: int = 0
    refused: str = ""
    remedy: str = ""


def listen(host: str, port: int, seconds: float) -> Heard:
    """Open the port as Gerald does, count the datagrams of so many seconds, and give it back."""
    owner = object()
    try:
        taken = sockets.take("doctor", host, port, owner)
    except OSError as error:
        return Heard(0, *sockets.reason_and_remedy(host, port, error))
    try:
        return Heard(_count(taken.value, seconds))
    finally:
        sockets.release(taken, owner, 0.0)


def _count(opened: socket.socket, seconds: float) -> int:
    end, count = time.monotonic() + seconds, 0
    opened.setblocking(True)
    while (left := end - time.monotonic()) > 0:
        opened.settimeout(left)
        try:
            opened.recvfrom(LARGEST)
        except TimeoutError:
            break
        except OSError:  # Windows: an answer of ours was refused
            continue
        count += 1
    return count
