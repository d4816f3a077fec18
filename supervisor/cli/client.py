"""Requests of the commands to a running instance."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from config.home import Home
from supervisor.cli.options import fail
from supervisor.control.client import call, stream
from supervisor.control.wire import RequestRefused
from supervisor.exit_status import FAILED, NO_INSTANCE
from supervisor.instance import NoInstance


def ask_one(home: Home, request: Mapping[str, Any]) -> dict[str, Any]:
    """The one answer. Exits with a line when there is no instance or it refuses."""
    with exit_when_refused():
        return call(home.path, request)


def ask_all(home: Home, request: Mapping[str, Any], timeout: float = 150.0) -> Iterator[dict[str, Any]]:
    """Every answer as it arrives, at most `timeout` seconds apart. Exits as `ask_one` does."""
    with exit_when_refused():
        yield from stream(home.path, request, timeout=timeout)


@contextlib.contextmanager
def exit_when_refused(said: str = "") -> Iterator[None]:
    """Exit with a line when there is no instance or it refuses; `said` stands before its reason."""
    try:
        yield
    except NoInstance as error:
        fail(NO_INSTANCE, str(error))
    except RequestRefused as error:
        fail(FAILED, f"{said}{error}")
