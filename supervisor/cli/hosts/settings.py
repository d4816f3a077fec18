"""The section `hosts`, as a start would read it."""

import os

from config.home import Home
from config.schema import Config
from config.schema.hosts import Hosts
from supervisor.cli.options import fail
from supervisor.exit_status import UNREADABLE


def hosts_of(home: Home) -> Hosts:
    """Exits with 2 where the configuration cannot be read."""
    from config.layers.fallback import fall_back
    from config.layers.source import ConfigSource

    reading = ConfigSource(home, None, (), dict(os.environ), ()).read()
    if reading.result is None:
        fail(UNREADABLE, "the configuration cannot be read; see `supervisor config check`")
    config: Config = fall_back(reading.result)[0]
    return config.hosts
