"""The hosts of a home: the wire to them, and how an actor's worker is started on one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from actors.kernel.directory import Directory
from actors.kernel.message import Envelope
from actors.llm.messages import LOCAL_LLM
from config.schema import Config
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.frames import HostBoot
from supervisor.hosts.permissions import Permission, permission_of
from supervisor.hosts.placement.fetched_trace import FetchedTrace
from supervisor.hosts.placement.mail_gate import MailGate
from supervisor.hosts.placement.pictures import PictureSender
from supervisor.hosts.placement.placement import LinkSeen
from supervisor.hosts.placement.remote_child import RemoteChild
from supervisor.hosts.placement.tunnel import Tunnel
from supervisor.nodes.boot import Boot
from supervisor.nodes.link import Link
from supervisor.nodes.processes import Processes
from supervisor.nodes.secrets import Reveal
from supervisor.nodes.standby_pool import StandbyPool

log = logging.getLogger(__name__)

NOTHING = Permission()
OnHandled = Callable[[Sequence[Envelope]], None]


class Wire(Protocol):
    """supervisor.hosts.wire.home_wire.HomeWire: from `start` on hosts can connect. No method blocks for long."""

    def start(self) -> None: ...
    def open(self, host: str) -> Link:
        """Raises OSError when the host is away."""

    def watch(self, changed: Callable[[Any], None]) -> None: ...
    def hosts(self) -> Mapping[str, Any]: ...
    def close(self) -> None: ...


class HostsOfHome:
    """wire: None where nothing listens. trouble: why none can connect although they should."""

    def __init__(self, wire: Wire | None) -> None:

        self.trouble = ""
        self._wire = wire
        self._gates: dict[str, MailGate] = {}

    def start(self, changed: Callable[[LinkSeen], None]) -> None:
        """Let hosts connect; `changed` hears of each that comes and goes."""
        if self._wire is None:
            return
        code_version()  # read now, and never while something waits for a worker
        try:
            self._wire.start()
        except Exception as error:  # it answers without them; what is wrong stands in the status
            self.trouble = str(error)
            log.error("no host can connect: %s", error)
        self._wire.watch(changed)

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()

    def pools(
        self, directory: Directory, on_handled: OnHandled | None, reveal: Reveal
    ) -> Callable[[str], Processes] | None:
        """Makes the pool of a host's processes; None where nothing listens."""
        wire = self._wire
        if wire is None:
            return None

        def pool(host: str) -> Processes:
            def make(boot: Boot, reveal: Reveal) -> RemoteChild:
                return self._child(wire, host, boot, reveal, directory)

            return StandbyPool(directory, on_handled, reveal, make)

        return pool

    def status(self, drained: Sequence[str]) -> Mapping[str, Any]:
        """Every host as plain data, by name; `trouble` when none can connect."""
        if self._wire is None:
            return {}
        links = {name: _row(link, name in drained) for name, link in sorted(self._wire.hosts().items())}
        return {"links": links, "trouble": self.trouble, "refused_mail": self._refused()}

    def _refused(self) -> Mapping[str, int]:
        """How much mail from hosts was refused, by the actor that ran there."""
        return {address: gate.refused for address, gate in self._gates.items() if gate.refused}

    def _child(self, wire: Wire, host: str, boot: Boot, reveal: Reveal, directory: Directory) -> RemoteChild:
        gate = MailGate(boot, permission_of(boot.address) or NOTHING)
        if (before := self._gates.get(boot.address)) is not None:
            gate.refused = before.refused
        self._gates[boot.address] = gate
        looks = boot.frames is not None and "frames" in boot.arguments
        return RemoteChild(
            boot,
            reveal,
            host,
            lambda: wire.open(host),
            HostBoot(boot, code_version(), model_sums()),
            gate,
            PictureSender(boot.frames, directory) if looks and boot.frames is not None else None,
            Tunnel() if boot.address.partition("/")[0] == LOCAL_LLM else None,
            _trace_of(boot),
        )


def _trace_of(boot: Boot) -> FetchedTrace | None:
    if not boot.trace:
        return None
    folder = Path(str(boot.trace["directory"])) / boot.run
    return FetchedTrace(folder, boot.address, 2 * int(boot.trace["max_segment_size"]))


def _row(link: Any, drained: bool) -> Mapping[str, Any]:
    return {
        "state": "drained" if drained and link.state == "up" else str(link.state),
        "why": link.why,
        "since": link.since,
        "round_trip": link.round_trip,
        "clock_offset": link.clock_offset,
        "sent": link.sent,
        "received": link.received,
        "refused": dict(link.refused),
    }


def wire_of(config: Config, home: Path) -> Wire | None:
    """The wire as configured; None where nothing listens."""
    if not config.hosts.listen:
        return None
    # Imported here: without hosts, neither zenoh nor the cryptography is loaded.
    from supervisor.hosts.placement.open_wire import HostsWire

    return HostsWire(config, home)
