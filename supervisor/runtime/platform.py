"""The threads, processes and time that a runtime runs on: this machine's, or a simulation's."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from actors.kernel.actor import Actor
from actors.kernel.directory import Directory
from actors.kernel.handler_context import Clock
from actors.kernel.incarnation import Ended, Incarnation
from actors.kernel.message import Envelope
from actors.kernel.thread_host import ExternalClient, SystemClock
from config.schema import Config
from supervisor.hosts.placement.hosts import Wire, wire_of
from supervisor.nodes.processes import Processes
from supervisor.nodes.secrets import Reveal
from supervisor.nodes.standby_pool import StandbyPool
from supervisor.nodes.thread import ThreadLauncher
from supervisor.otp.slot import ActorHandle, ActorSlot
from supervisor.otp.watchdog import Watchdog
from supervisor.runtime.shared_frames import SharedFrames
from supervisor.services.child import child_of

OnHandled = Callable[[Sequence[Envelope]], None]


class Threads(Protocol):
    """Runs incarnations in threads of this process (supervisor.nodes.thread.ThreadLauncher)."""

    def launch(self, slot: ActorSlot, make: Callable[[Ended], Incarnation], on_end: Ended) -> ActorHandle: ...


class Looking(Protocol):
    """Looks for actors that hang (supervisor.otp.watchdog.Watchdog)."""

    def start(self) -> None: ...
    def close(self) -> None: ...


def _own_and_shared(directory: Directory, on_handled: OnHandled | None, reveal: Reveal) -> Processes:
    return StandbyPool(directory, on_handled, reveal, child_of)


@dataclass(frozen=True, slots=True)
class Platform:
    """This machine's parts, each of which can be replaced. makers: by address, in place of the tree's classes.
    wire: to other machines."""

    clock: Clock = field(default_factory=SystemClock)
    threads: Callable[[ExternalClient], Threads] = ThreadLauncher
    processes: Callable[[Directory, OnHandled | None, Reveal], Processes] = _own_and_shared
    watchdog: Callable[[Callable[[], Iterable[ActorSlot]], Directory, float], Looking] = Watchdog
    makers: Mapping[str, Callable[[Config], Actor]] = field(default_factory=dict)
    frames: Callable[[Path], SharedFrames] = SharedFrames
    wire: Callable[[Config, Path], Wire | None] = wire_of
