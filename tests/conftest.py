"""What every test needs: the secrets of one test must not mask the words of the next."""

import signal
from collections.abc import Iterator

import pytest

from config import secret

# A run in the background of a script ignores Ctrl-C, and every process of it would, too; tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def secrets_of_this_test_only() -> Iterator[None]:
    """A process masks every secret it ever held; a test run is one process that holds many."""
    before = set(secret._known)
    yield
    secret._known.intersection_update(before)
