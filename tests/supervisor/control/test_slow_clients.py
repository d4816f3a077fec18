"""Clients that say nothing, or do not read: they keep nobody else out."""

import contextlib
import multiprocessing.connection as mpc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.schema import Config
from supervisor.connection import limit_writes
from supervisor.control.client import call
from supervisor.control.server import CLIENTS, ControlServer
from supervisor.control.wire import send
from supervisor.instance import Claim, Instance
from supervisor.runtime.runtime import Runtime

pytestmark = pytest.mark.posix("sockets of POSIX")
REPLY_WITHIN = 30.0


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    """A control socket of an instance that has not been started: it knows its status."""
    claim = Claim(tmp_path)
    runtime = Runtime(Config(), tmp_path)
    found = claim.publish(runtime.run)
    server = ControlServer(runtime, found)
    yield found
    server.close()
    runtime.stop()
    claim.release()


def test_silent_clients_in_every_place_keep_nobody_out(instance: Instance, tmp_path: Path) -> None:
    with contextlib.ExitStack() as all_of_them:
        for _ in range(CLIENTS):
            client = all_of_them.enter_context(socket.socket(socket.AF_UNIX))
            client.connect(instance.address)
        for _ in range(3):
            assert call(tmp_path, {"do": "status"}, REPLY_WITHIN)["run"] == instance.run


def test_a_client_that_does_not_read_is_given_up() -> None:
    ours, theirs = mpc.Pipe()
    with contextlib.closing(ours), contextlib.closing(theirs):
        limit_writes(ours, 0.1)
        with pytest.raises(OSError, match="unavailable"):
            send(ours, {"large": bytes(1 << 24)})
