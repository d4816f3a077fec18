"""Sets up a worker process: log, signals, priority, cores and environment."""

import contextlib
import logging
import os
import signal
import sys

import msgspec
import psutil

from actors.kernel import failure
from config.secret import redacted
from supervisor.console import hear_console
from supervisor.cpp_runtime import words
from supervisor.logs import about_now
from supervisor.nodes.boot import Boot, register_messages
from supervisor.nodes.link import FrameType, LinkClosed
from supervisor.nodes.local import LocalLink

log = logging.getLogger(__name__)

_WINDOWS_PRIORITIES = ((10, "IDLE"), (1, "BELOW_NORMAL"), (0, "NORMAL"), (-10, "ABOVE_NORMAL"), (-20, "HIGH"))


class LogLine(msgspec.Struct, frozen=True):
    """A log record for the parent's log. thread: its name in the child. about: the turn and the message."""

    logger: str
    level: int
    text: str
    thread: str = ""
    about: str = ""


class _LogUplink(logging.Handler):
    def __init__(self, link: LocalLink) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            text += f" ({record.exc_info[0].__name__}: {record.exc_info[1]})"
        text = redacted(text)[:4000]
        line = LogLine(record.name, record.levelno, text, record.threadName or "", about_now())
        with contextlib.suppress(LinkClosed):
            self._link.send(FrameType.LOG, msgspec.msgpack.encode(line))


SWITCH_INTERVAL = 0.0005
"""Seconds that a thread may compute while others wait for the interpreter's lock. Beside one computing thread an ask
takes 1.2 ms, with Python's default of 5 ms it takes 10; the rate of tells is the same (benchmarks/gil.py)."""


def take_short_turns() -> None:
    """Keep any thread of this process from delaying the others for long."""
    sys.setswitchinterval(SWITCH_INTERVAL)


def become_worker(boot: Boot, link: LocalLink) -> None:
    """Set up this process: log to the parent, ignore SIGINT and SIGTERM, take the resources that `boot` names."""
    # A terminal or service manager signals the whole group; the parent stops its children in order.
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    hear_console(lambda: None)
    take_short_turns()
    failure.redact, failure.words = redacted, words
    root = logging.getLogger()
    root.handlers = [_LogUplink(link)]
    root.setLevel(boot.level)
    # Before the actor's libraries are imported: most read the environment then.
    os.environ.update(boot.process.env)
    if boot.process.nice < 0:
        set_priority(boot)
    _set_cores(boot.address, boot.process.cpus)
    register_messages()


def set_priority(boot: Boot) -> None:
    """Take the priority that `boot` names. One that yields is for after the start: beside a game that takes every core
    it would take a minute to import and load what else takes a second, and everything waits for that."""
    address, nice = boot.address, boot.process.nice
    if not nice:
        return
    try:
        if sys.platform == "linux":
            # there each thread has its own, also those that a library has started by now
            priority = os.nice(0) + nice
            for thread in os.listdir("/proc/self/task"):
                with contextlib.suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, int(thread), priority)
        elif hasattr(os, "nice"):
            os.nice(nice)
        else:
            name = next(name for least, name in _WINDOWS_PRIORITIES if nice >= least)
            psutil.Process().nice(getattr(psutil, f"{name}_PRIORITY_CLASS"))
    except (OSError, psutil.Error) as error:
        log.warning("actors.%s.nice: %d is not permitted here: %s", address, nice, error)


def _set_cores(address: str, cpus: tuple[int, ...]) -> None:
    if not cpus:
        return
    process = psutil.Process()
    if not hasattr(process, "cpu_affinity"):
        log.warning("actors.%s.cpus: this system has no affinity; all cores are used", address)
        return
    try:
        process.cpu_affinity(list(cpus))
    except (OSError, ValueError, psutil.Error) as error:
        log.warning("actors.%s.cpus: %s cannot be used here: %s", address, list(cpus), error)
