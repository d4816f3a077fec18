"""How the commands ask a running instance, and how a refusal ends them."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.home import Home
from supervisor.cli.options import FAILED, NO_INSTANCE, fail
from supervisor.control.client import call, stream
from supervisor.control.wire import RequestRefused
from supervisor.instance import NoInstance

__all__ = ["ask_all", "ask_one"]


def ask_one(home: Home, request: Mapping[str, Any]) -> dict[str, Any]:
    """The one answer. Exits with a line when there is no instance, or it refuses."""
    try:
        return call(home.path, request)
    except NoInstance as error:
        fail(NO_INSTANCE, str(error))
    except RequestRefused as error:
        fail(FAILED, str(error))


def ask_all(home: Home, request: Mapping[str, Any], timeout: float = 150.0) -> Iterator[dict[str, Any]]:
    """Every answer as it comes, at most `timeout` seconds apart. Exits as `ask_one` does."""
    try:
        yield from stream(home.path, request, timeout=timeout)
    except NoInstance as error:
        fail(NO_INSTANCE, str(error))
    except RequestRefused as error:
        fail(FAILED, str(error))
