"""A run of the node agent: connects to the home, serves its channels, and stays until it is told to stop."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from config.files import located
from config.ownership import trouble
from config.schema import Config
from supervisor.hosts.agent.agent import Agent
from supervisor.hosts.build import code_version, model_sums
from supervisor.hosts.identity.identity import NoIdentity, agent_folder, identity_of
from supervisor.hosts.identity.membership import membership_of
from supervisor.hosts.wire.agent_wire import AgentWire
from supervisor.hosts.wire.host_link import HostLink, LinkState
from supervisor.logs import start_logging
from supervisor.nodes.boot import register_messages

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at what runs, which is printed when it has changed."""

Tell = Callable[[Mapping[str, Any]], None]


class AgentRuns(Exception):
    """Another agent runs in this home."""


class AgentSession:
    """home: this machine's folder. say: prints a line. tell: to the launcher, for a service manager."""

    def __init__(
        self, home: Path, config: Config, say: Callable[[str], None], tell: Tell = lambda told: None
    ) -> None:
        """Raises NoIdentity, AgentRuns and OSError, whose texts say what to do."""
        data = located(home, Path("data"))
        self._identity = identity_of(agent_folder(data))
        addresses = membership_of(agent_folder(data)).addresses
        self._lock = _claim(agent_folder(data) / "agent.lock", home)
        if why := start_logging(config.logging, data):
            say(why)
        register_messages()
        self._say, self._tell = say, tell
        self._told = ""
        self._ran: tuple[str, ...] = ()
        self.agent = Agent(home, code_version(), model_sums, self._ahead)
        self._wire = AgentWire(
            self._identity,
            addresses,
            self.agent.serve,
            self.agent.end_all,
            facts={"code": code_version()},
            lost_after=config.hosts.lost_after,
        )

    @property
    def link(self) -> HostLink:
        """The link to the home."""
        return self._wire.link

    def live(self, stop: threading.Event) -> None:
        """Serve until `stop` is set; then end every worker, and tell the home."""
        self._say(f"this machine is the host {self._identity.name}; Ctrl-C ends it")
        self._wire.start()
        self._tell({"ready": True})
        self._show()
        while not stop.wait(LOOK_EVERY):
            self._show()
        self._tell({"stopping": True})
        self._say("stopping")
        # First the workers, so that the home hears of each exactly how it ended; then the wire.
        self.agent.close()
        self._wire.close()
        self._lock.release()

    def _show(self) -> None:
        """Print what has changed."""
        line = describe(self._wire.link)
        if line != self._told:
            self._told = line
            self._say(line)
            self._tell({"status": line, "answers": True})
        else:
            self._tell({"answers": True})
        runs = tuple(sorted(relay.address for relay in self.agent.relays if relay.worker is not None))
        if runs != self._ran:
            self._ran = runs
            self._say(f"runs {', '.join(runs)}" if runs else "runs nothing")

    def _ahead(self) -> float:
        """How far the home's clock is ahead of this machine's, so that workers tell its time."""
        return self._wire.link.clock_offset or 0.0


def describe(link: HostLink) -> str:
    """The link to the home in one line: pure."""
    if link.state is LinkState.UP:
        return "connected to the home"
    return f"not connected: {link.why}"


def _claim(file: Path, home: Path) -> FileLock:
    lock = FileLock(file, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AgentRuns(f"another agent runs in {home}; stop it, or choose another --home") from None
    except OSError as error:
        raise NoIdentity(trouble(error, error.filename or file)) from None
    return lock
