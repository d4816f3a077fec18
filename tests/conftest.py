"""What every test needs: the secrets of one test must not mask the words of the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config import secret


@pytest.fixture(autouse=True)
def secrets_of_this_test_only() -> Iterator[None]:
    """A process masks every secret it ever held; a test run is one process that holds many."""
    before = set(secret._known)
    yield
    secret._known.intersection_update(before)
