"""Whole instances whose actors run on hosts, over real networks between namespaces: kills, partitions, returns."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from supervisor.chaos.machines import join
from supervisor.control.client import call, stream
from supervisor.demo.instance import DemoInstance, free_port
from tests.doubles.agents import AgentProcess
from tests.doubles.namespaces import Machine, why_not
from tests.flows.conftest import Command

WITHIN = 60.0
WHY_NOT = why_not()
pytestmark = [
    pytest.mark.models,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
]
LLM = "llm.local"


class World:
    """A home on this machine, and hosts in namespaces of their own."""

    def __init__(self, folder: Path, cables: tuple[Machine, ...]) -> None:
        self.home = folder / "home"
        self.port = free_port()
        self.cables = dict(zip(("box", "rack"), cables, strict=False))
        self.agents: dict[str, AgentProcess] = {}
        for name, cable in self.cables.items():
            machine = folder / name
            for path in (self.home, machine):
                (path / "data").mkdir(parents=True, exist_ok=True)
            join(self.home, machine, name, f"{cable.near}:{self.port}")
            self.agents[name] = AgentProcess(machine, ("ip", "netns", "exec", cable.name))

    def settings(self, *more: str) -> tuple[str, ...]:
        known = ", ".join(f"{name}: {{}}" for name in self.cables)
        return f"hosts.listen=0.0.0.0:{self.port}", f"hosts.machines={{{known}}}", "osc.query=off", *more

    def instance(self, *settings: str) -> DemoInstance:
        return DemoInstance(self.home, self.settings(*settings), {}, "--text")

    def status(self) -> Mapping[str, Any]:
        return call(self.home, {"do": "status"})

    def row(self, address: str = LLM) -> Mapping[str, Any]:
        rows: list[Mapping[str, Any]] = self.status()["actors"]
        return next(row for row in rows if row["address"] == address)

    def await_place(self, place: str, address: str = LLM) -> None:
        def there() -> bool:
            row = self.row(address)
            return bool(row["place"] == place and row["state"] == "running")

        wait_for(there)

    def talk(self, text: str) -> str:
        """The reply of a whole turn; it must be said to its end."""
        last = list(stream(self.home, {"do": "talk", "text": text}, timeout=WITHIN))[-1]
        assert last["event"] == "end", last
        assert last["outcome"] == "said", last
        return str(last["text"])


def wait_for(condition: Callable[[], bool]) -> None:
    gate, until = threading.Event(), time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < until, "it never came"
        gate.wait(0.02)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ExitStack() as closing:
        cables = tuple(closing.enter_context(contextlib.closing(Machine())) for _ in range(2))
        world = World(tmp_path, cables)
        for agent in world.agents.values():
            closing.callback(agent.close)
        yield world


QUESTION = "Explain how a volcano erupts."


def test_a_model_on_a_host_answers_and_when_the_host_is_killed_another_does_and_then_it_goes_back(
    world: World,
) -> None:
    world.agents["box"].start()
    with world.instance(f"actors.{LLM}.pin=host:box", f"actors.{LLM}.standby=1") as instance:
        world.await_place("host:box")
        assert world.talk(QUESTION)
        wait_for(lambda: world.status()["standby"].get(LLM) == 2)
        world.agents["box"].kill()
        world.await_place("process")
        assert world.talk(QUESTION)
        world.agents["box"].start()
        world.await_place("host:box")
        assert world.talk(QUESTION)
        assert world.status()["hosts"]["links"]["box"]["state"] == "up"
    assert instance.exit_code == 0


def test_a_partition_of_ten_seconds_costs_nothing_that_was_said_afterwards(world: World) -> None:
    world.agents["box"].start()
    with world.instance(f"actors.{LLM}.pin=host:box", f"actors.{LLM}.elsewhere=wait") as instance:
        world.await_place("host:box")
        world.cables["box"].unplug()
        world.await_place("wait")
        assert "box" in world.row()["reason"]
        wait_for(
            lambda: "runs nothing" in world.agents["box"].said
        )  # it has lost its home, and ended its workers
        threading.Event().wait(5.0)
        world.cables["box"].plug_in()
        world.await_place("host:box")
        assert world.talk(QUESTION)
    assert instance.exit_code == 0


def test_a_host_that_is_drained_is_left_and_a_stopped_one_is_told_of(
    world: World, supervisor: Command
) -> None:
    world.agents["box"].start()
    with world.instance(f"actors.{LLM}.pin=host:*"):
        world.await_place("host:box")
        world.agents["rack"].start()
        wait_for(lambda: set(world.status()["hosts"]["links"]) == {"box", "rack"})
        said = supervisor("--home", str(world.home), "host", "drain", "box")
        assert "box is drained; llm.local moves elsewhere" in said
        world.await_place("host:rack")
        assert world.agents["rack"].stop() == 0
        world.await_place("process")
        supervisor("--home", str(world.home), "host", "drain", "box", "--end")
        world.await_place("host:box")
        assert "in_doubt" not in world.status()["dead_letters"]


CONFIGURATION = """\
hosts:
  listen: 0.0.0.0:{port}
  machines: {{box: {{}}, rack: {{}}}}
actors:
  speech.recognizer: {{pin: "host:box"}}
  speech.synthesizer: {{pin: "host:rack"}}
  llm.local: {{pin: "host:box"}}
"""


def test_the_demo_passes_with_ears_model_and_voice_on_other_machines(
    world: World, supervisor: Command, tmp_path: Path
) -> None:
    for agent in world.agents.values():
        agent.start()
    (world.home / "config").mkdir()
    (world.home / "config" / "config.yaml").write_text(CONFIGURATION.format(port=world.port))
    said = supervisor("demo", "--questions", "1", "--files", "--keep", str(tmp_path), within=230.0)
    assert "all of it happened" in said
    assert "runs llm.local, speech.recognizer" in world.agents["box"].said
    assert "runs speech.synthesizer" in world.agents["rack"].said
    (run, *_) = sorted((world.home / "data" / "traces").iterdir())
    nodes = {path.name.rpartition(".0")[0] for path in run.glob("*.mcap")}
    assert nodes == {"root", "speech.recognizer", "speech.synthesizer", "llm.local"}, "one trace of all nodes"
