"""Where a service is found: a file that only its user can read, with the address and key of its socket."""

import contextlib
import json
import multiprocessing.connection as mpc
import os
import secrets
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError
from pathlib import Path
from typing import Any

import msgspec

from config.files import read_limited, replace_file
from supervisor.connection import limit_reads, limit_writes
from supervisor.nodes.link import Link
from supervisor.nodes.local import LocalLink

MOST = 64 * 1024
HANDSHAKE_WITHIN = 5.0
AGAIN = 0.25
"""Seconds between two tries to reach a service."""


class Place(msgspec.Struct, frozen=True):
    """How to reach a service. key: hex."""

    name: str
    pid: int
    family: str
    address: str
    key: str


def publish(file: Path, name: str) -> tuple[Place, Path]:
    """Write where this process will listen; and the folder of its socket, to be removed at the end. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="gerald-"))  # a socket path has at most 108 bytes
    windows = sys.platform == "win32"
    place = Place(
        name,
        os.getpid(),
        "AF_PIPE" if windows else "AF_UNIX",
        rf"\\.\pipe\{folder.name}" if windows else str(folder / "service"),
        secrets.token_hex(32),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, (json.dumps(msgspec.to_builtins(place)).encode(),), durable=False)
    return place, folder


def find(file: Path) -> Place:
    """Raises OSError, with what is wrong."""
    try:
        return msgspec.json.decode(read_limited(file, MOST), type=Place)
    except FileNotFoundError:
        raise OSError(f"no service has published {file}; `supervisor fleet start` starts it") from None
    except msgspec.DecodeError as error:
        raise OSError(f"{file} is not what a service publishes: {error}") from None


def connect(file: Path) -> Link:
    """A new channel to the service. Raises OSError."""
    place = find(file)
    try:
        connection: Any = mpc.Client(place.address, place.family)
    except OSError as error:
        why = error.strerror or error
        raise OSError(f"the service {place.name} (process {place.pid}) does not answer: {why}") from None
    try:
        limit_reads(connection, HANDSHAKE_WITHIN)
        key = bytes.fromhex(place.key)
        mpc.answer_challenge(connection, key)
        mpc.deliver_challenge(connection, key)
        limit_reads(connection, 0.0)
    except (OSError, EOFError, ValueError, AuthenticationError) as error:
        connection.close()
        raise OSError(f"the service {place.name} refused this process: {error or 'it is gone'}") from None
    return LocalLink(connection)


def admit(connection: Any, key: bytes) -> Link:
    """The service's side of `connect`. Raises OSError, EOFError and AuthenticationError."""
    limit_reads(connection, HANDSHAKE_WITHIN)
    limit_writes(connection, HANDSHAKE_WITHIN)
    mpc.deliver_challenge(connection, key)
    mpc.answer_challenge(connection, key)
    limit_reads(connection, 0.0)
    limit_writes(connection, 0.0)
    return LocalLink(connection)


class Reach:
    """Opens a channel to a service that may just be starting: it is tried for `within` seconds, unless given up."""

    def __init__(self, file: Path, within: float) -> None:
        self._file = file
        self._within = within
        self._given_up = threading.Event()

    def give_up(self) -> None:
        self._given_up.set()

    def open(self) -> Link:
        """Raises OSError with the last reason."""
        tries = max(1, round(self._within / AGAIN))
        for _ in range(tries):
            with contextlib.suppress(OSError):
                return connect(self._file)
            if self._given_up.wait(AGAIN):
                break
        return connect(self._file)
