"""The system's actor: latencies, watchers, modules, and real resources."""

from pathlib import Path

import pytest

from actors.kernel.protocol.storage import LoadState
from actors.system.messages import ModuleChanged, ModuleFailed, StageReached, WatchStages
from actors.system.state import Error, SystemState, module_changed
from actors.system.system import LONGEST, System
from tests.doubles.keeper import Shelf
from tests.doubles.virtual_world import Probe, VirtualWorld

RECOGNITION = StageReached(1, "recognition", 1000.0, 0.2)


class Running:
    """The actor `system`, restored from `shelf`."""

    def __init__(self, shelf: Shelf | None = None, number: int = 1) -> None:
        self.world = VirtualWorld()
        self.persistence = self.world.probe("persistence")
        self.system = System(Path.cwd())
        self.life = self.world.start(self.system, "system", number)
        self.world.run()
        asked = next(e for e in self.persistence.envelopes if e.message == LoadState("system"))
        self.world.tell("system", (shelf or Shelf()).loaded("system"), sender="persistence", answers=asked.id)
        self.world.run()


@pytest.fixture
def running() -> Running:
    return Running()


def test_every_stage_is_forwarded_to_those_who_watch(running: Running) -> None:
    watcher: Probe = running.world.probe("watcher")
    running.world.give("system", WatchStages("watcher"))
    running.world.give("system", WatchStages("watcher"))
    running.world.give("system", RECOGNITION)
    assert watcher.messages == [RECOGNITION]
    assert running.system.state.performance_metrics.stages["recognition"].last == 0.2
    running.world.give("system", WatchStages("watcher", on=False))
    running.world.give("system", RECOGNITION)
    assert len(watcher.messages) == 1


def test_a_watcher_that_is_gone_is_forgotten(running: Running) -> None:
    running.world.probe("watcher")
    running.world.give("system", WatchStages("watcher"))
    running.world.directory.close("watcher")
    running.world.give("system", RECOGNITION)
    assert running.system.watchers == ()


def test_modules_and_deaths_are_noted(running: Running) -> None:
    for address, health in (("llm", "OK"), ("osc.sender", "DEGRADED"), ("camera", "DOWN")):
        running.world.give("system", ModuleChanged(address, health))
    assert running.system.state.active_modules == ("llm", "osc.sender")
    running.world.give("system", ModuleFailed("llm", "ValueError", "x" * 5000, 12.0))
    assert running.system.state.active_modules == ("osc.sender",)
    assert running.system.state.error_count == 1
    assert running.system.state.last_error == Error("llm", "ValueError", "x" * LONGEST, 12.0)


def test_the_resources_of_this_process_are_sampled(running: Running) -> None:
    while not running.system.state.resource_usage.memory:
        assert running.life.step(10.0), "no sample came"
    usage = running.system.state.resource_usage
    assert usage.memory > 10_000_000
    assert usage.processes >= 1
    assert usage.disk_free > 1_000_000
    assert usage.threads >= 2
    assert running.system.state.uptime > 0.0


def test_the_whole_state_survives_a_stop_and_a_start_of_the_actor(running: Running) -> None:
    running.world.give("system", RECOGNITION)
    running.world.give("system", ModuleChanged("llm", "OK"))
    running.world.advance(2.0)
    shelf = Shelf(running.persistence.messages)
    assert shelf.document(running.system).state == running.system.state
    successor = Running(shelf, number=2).system
    assert successor.state.active_modules == ("llm",)
    assert successor.state.performance_metrics == running.system.state.performance_metrics


def test_a_new_run_has_no_modules_of_the_last_one() -> None:
    shelf = Shelf.holding(module_changed(SystemState(error_count=3), "llm", True))
    state = Running(shelf).system.state
    assert (state.active_modules, state.error_count) == ((), 3)
