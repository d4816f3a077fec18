"""What every test needs: the secrets of one test must not mask the words of the next."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from config import secret

# The same examples every time, so that a change is judged by what it changes; GERALD_SOAK=1 looks for new ones.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("default" if os.environ.get("GERALD_SOAK") else "suite")

# A run in the background of a script ignores Ctrl-C, and every process of it would, too; tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Where Python writes no compiled files, as in many containers, each process would compile everything anew. Only what a
# mutant compiles is better not kept.
if "GERALD_MUTANT" not in os.environ:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


HERE = {"posix": os.name == "posix", "linux": sys.platform == "linux"}
"""Markers of tests that assume a kind of system, and whether this is one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what assumes another system than this, with what that is."""
    for item in items:
        for name in (name for name, here in HERE.items() if not here):
            marker = item.get_closest_marker(name)
            if marker is not None:
                item.add_marker(pytest.mark.skip(reason=f"{name}: {marker.args[0]}"))


@pytest.fixture(autouse=True)
def secrets_of_this_test_only() -> Iterator[None]:
    """A process masks every secret it ever held; a test run is one process that holds many."""
    before = set(secret._known)
    yield
    secret._known.intersection_update(before)
