"""Every client gets its end or an error, and gives its place back."""

import contextlib
import multiprocessing.connection as mpc
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.schema import Config
from supervisor.control.client import call, stream
from supervisor.control.server import CLIENTS, LONG_CLIENTS, ControlServer
from supervisor.control.wire import RequestRefused
from supervisor.instance import Claim, Instance
from supervisor.runtime.runtime import Runtime

pytestmark = pytest.mark.posix("sockets of POSIX")
WITHIN = 30.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[ControlServer, Instance]]:
    """The control socket of an instance that has not been started."""
    claim = Claim(tmp_path)
    runtime = Runtime(Config(), tmp_path)
    found = claim.publish(runtime.run)
    server = ControlServer(runtime, found)
    yield server, found
    server.close()
    runtime.stop()
    claim.release()


@pytest.mark.parametrize(
    "request_",
    [{"do": ["status"]}, {"do": "dead-letters", "count": "many"}, {"do": "nothing"}, {}, {"do": "state"}],
)
def test_a_request_with_an_unusable_value_is_answered(
    served: tuple[ControlServer, Instance], tmp_path: Path, request_: dict[str, object]
) -> None:
    with pytest.raises(RequestRefused) as refused:
        call(tmp_path, request_, WITHIN)
    assert "went away" not in str(refused.value)


def test_clients_that_come_and_go_leave_every_place_free(
    served: tuple[ControlServer, Instance], tmp_path: Path
) -> None:
    server, instance = served
    for number in range(CLIENTS + 2):
        if number % 2:
            with contextlib.closing(mpc.Client(instance.address, instance.family)):
                """One that leaves before it says anything."""
        else:
            with contextlib.suppress(RequestRefused):
                call(tmp_path, {"do": "nothing"} if number % 4 else {"do": "status"}, WITHIN)
    for _ in range(CLIENTS):
        assert server._places.acquire(timeout=WITHIN)
    for _ in range(LONG_CLIENTS):
        assert server._long_places.acquire(timeout=WITHIN)


def test_those_who_leave_a_watch_give_both_places_back(
    served: tuple[ControlServer, Instance], tmp_path: Path
) -> None:
    server, _ = served
    for _ in range(LONG_CLIENTS):
        watching = stream(tmp_path, {"do": "follow"}, WITHIN)
        next(watching)
        watching.close()  # type: ignore[attr-defined]
    for _ in range(LONG_CLIENTS):
        assert server._long_places.acquire(timeout=WITHIN)
