"""A virtual world whose actors have real threads: messages are handled as the threads post them."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def world() -> Iterator[VirtualWorld]:
    made = VirtualWorld()
    yield made
    for life in made.lives.values():
        if life.running:
            life.stop()


@pytest.fixture
def until(world: VirtualWorld) -> Until:
    """Handle what comes until something is true; fail after a minute."""

    def run(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < end, "it did not come true within a minute"
            for life in world.lives.values():
                life.step(0.01)

    return run
