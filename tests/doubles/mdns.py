"""Multicast DNS of this machine is shared by all tests that run at the same time."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock


@contextlib.contextmanager
def alone_on_the_network() -> Iterator[None]:
    """Meanwhile no other test that asks for it announces anything: they would find each other's games."""
    with FileLock(Path(tempfile.gettempdir()) / "gerald-tests-mdns.lock", timeout=110):
        yield
