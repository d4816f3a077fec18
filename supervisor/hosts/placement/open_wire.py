"""Opens the wire to a home's hosts. Only where hosts are used: it loads zenoh and the cryptography."""

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.files import located
from config.schema import Config
from supervisor.hosts.identity.home import home_identity
from supervisor.hosts.identity.registry import Registry
from supervisor.hosts.wire.home_wire import HomeWire
from supervisor.nodes.link import Link


class HostsWire:
    """A HomeWire that is made when it starts, so that whatever is wrong with it is told like a port that is taken."""

    def __init__(self, config: Config, home: Path) -> None:
        self._config = config
        self._data = located(home, Path("data"))
        self._wire: HomeWire | None = None

    def start(self) -> None:
        """Raises NoIdentity and CannotListen, whose texts say what to do."""
        identity = home_identity(self._data, datetime.datetime.now(datetime.UTC))
        hosts = self._config.hosts
        wire = HomeWire(identity, Registry(self._data), hosts.listen, lost_after=hosts.lost_after)
        wire.start()
        self._wire = wire

    def open(self, host: str) -> Link:
        if self._wire is None:
            raise ConnectionError("nothing listens for hosts")
        return self._wire.open(host)

    def watch(self, changed: Callable[[Any], None]) -> None:
        if self._wire is not None:
            self._wire.watch(changed)

    def hosts(self) -> Mapping[str, Any]:
        return self._wire.hosts() if self._wire is not None else {}

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
