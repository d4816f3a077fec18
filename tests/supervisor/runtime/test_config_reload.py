"""A running system takes a changed configuration over: real files, real actors, threads and processes."""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.configuration.messages import Reload, ReloadEnded
from actors.kernel.protocol.lifecycle import Ping, Pong
from actors.kernel.protocol.state import GetState, StateIs
from actors.kernel.record import ConfigurationVersion, Record
from config.home import Home
from config.layers.last_good import read_last_good
from config.layers.source import ConfigSource
from supervisor.otp.messages import Accepted, KillChild, PinChild
from supervisor.otp.spec import ChildSpec, ProcessSettings, Strategy, SupervisorSpec
from supervisor.runtime.runtime import Runtime
from tests.doubles.actors import AskSections, SectionsAre

WITHIN = 20.0
QUIET = "llm: {mock_responses: true}\ntrace: {enabled: false}\nosc: {input_port: 0}\n"


class Running:
    """A system in a home whose files can be changed. `applied` waits until a version is in force."""

    def __init__(self, path: Path, environ: dict[str, str]) -> None:
        self.home = Home(path)
        self.home.config_file.parent.mkdir(parents=True)
        self.write("")
        self.source = ConfigSource(self.home, environ=environ)
        result = self.source.read().result
        assert result is not None
        self.in_force: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.system = Runtime(result.require(), path, text=True, source=self.source, also=self._note)
        self.system.start()
        assert self.system.wait_ready(WITHIN)

    def _note(self, record: Record) -> None:
        if isinstance(record, ConfigurationVersion):
            self.in_force.put(record.version)

    def write(self, text: str) -> None:
        """Save config.yaml by replacing it."""
        other = self.home.config_file.with_suffix(".new")
        other.write_text(QUIET + text, encoding="utf-8")
        os.replace(other, self.home.config_file)

    def reload(self) -> ReloadEnded:
        answer = self.system.client.answer("configuration", Reload(), WITHIN)
        assert isinstance(answer, ReloadEnded)
        return answer

    def until(self, holds: Callable[[], bool]) -> None:
        assert self.system.wait_until(holds, WITHIN)

    def state(self, domain: str) -> Any:
        answer = self.system.client.answer(domain, GetState(), WITHIN)
        assert isinstance(answer, StateIs)
        return msgspec.json.decode(answer.json)

    def incarnation(self, address: str) -> int:
        return self.system.registry.slot(address).incarnation


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    one = Running(tmp_path, {"GERALD_KEY_FILE": str(tmp_path / "key")})
    yield one
    assert one.system.stop()


def wait_warm(system: Runtime, address: str) -> None:
    """Wait for a warm standby process."""
    deadline = time.monotonic() + WITHIN
    while not system.processes.warm().get(address):
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def test_a_live_key_reaches_its_actor_without_a_restart(running: Running) -> None:
    running.write("bot: {speaking_style: like a pirate}\n")
    assert running.reload().changed in (("bot.speaking_style",), ())
    assert running.system.config.bot.speaking_style == "like a pirate"
    assert running.state("conversation")["speaking_style"] == "like a pirate"
    assert running.incarnation("conversation") == 1


def test_a_saved_file_is_taken_over_by_itself(running: Running) -> None:
    running.write("bot: {name: Ada}\n")
    assert running.in_force.get(timeout=WITHIN) == 2
    assert running.system.config.bot.name == "Ada"


def test_a_bad_file_changes_nothing_and_the_next_good_one_counts(running: Running) -> None:
    running.write("bot:\n  name: 3\n")
    ended = running.reload()
    assert ended.outcome == "refused"
    assert "config.yaml:5:9: bot.name: must be text" in ended.problems[0]
    status = running.system.status()["configuration"]
    assert (status["version"], status["problems"]) == (1, list(ended.problems))
    running.until(lambda: running.system.registry.slot("configuration").health == "DEGRADED")
    running.write("bot:\n  name: Ada\n")
    running.reload()
    assert running.system.config.bot.name == "Ada"
    assert running.system.status()["configuration"]["problems"] == []


def test_a_key_that_needs_it_restarts_that_actor_alone(running: Running) -> None:
    before = {slot.address: slot.incarnation for slot in running.system.registry.slots.values()}
    running.write("vrchat: {username: somebody}\n")
    running.reload()
    assert running.system.wait_incarnation("world.log", 2, WITHIN)
    after = {slot.address: slot.incarnation for slot in running.system.registry.slots.values()}
    assert [address for address in before if before[address] != after[address]] == ["world.log"]


def test_a_key_that_nobody_can_take_over_is_pending(running: Running) -> None:
    running.home.config_file.write_text(QUIET.replace("enabled: false", "enabled: false, words: drop"))
    running.reload()
    assert running.system.status()["configuration"]["pending_restart"] == ["trace.words"]
    running.write("")
    running.reload()
    assert running.system.status()["configuration"]["pending_restart"] == []


def test_the_tree_follows_what_is_configured_for_it(running: Running) -> None:
    system = running.system
    running.write(
        "computer_vision: {enabled: true}\nactors: {vision.detector: {pin: thread}, users: {handler_timeout: 7}}\n"
    )
    running.reload()
    assert system.wait_incarnation("vision.detector", 1, WITHIN)
    assert system.wait_incarnation("vision.camera", 1, WITHIN)
    assert system.registry.slot("vision.detector").pin == "thread"
    assert system.registry.slot("users").spec.handler_timeout == 7.0  # type: ignore[union-attr]
    assert running.incarnation("users") == 1
    running.write("")
    running.reload()
    running.until(lambda: system.registry.slot("vision.camera").state == "disabled")
    assert isinstance(system.client.answer("users", Ping(), WITHIN), Pong)
    running.write("computer_vision: {enabled: true}\n")
    running.reload()
    assert system.wait_incarnation("vision.camera", 2, WITHIN)


def test_distances_are_switched_off_and_on_while_the_other_eyes_go_on(running: Running) -> None:
    system = running.system
    running.write("computer_vision: {enabled: true}\n")
    running.reload()
    assert system.wait_incarnation("vision.depth", 1, WITHIN)
    assert system.wait_incarnation("vision.camera", 1, WITHIN)
    running.write("computer_vision: {enabled: true, depth_estimation: false}\n")
    running.reload()
    running.until(lambda: system.registry.slot("vision.depth").state == "disabled")
    running.write("computer_vision: {enabled: true, depth_fps: 2.0}\n")
    running.reload()
    assert system.wait_incarnation("vision.depth", 2, WITHIN)
    assert running.incarnation("vision.camera") == 1


def test_what_was_pinned_by_hand_stays_where_it_is_when_something_else_changes(running: Running) -> None:
    system = running.system
    assert isinstance(system.client.answer("state", PinChild("world", "process"), WITHIN), Accepted)
    assert system.wait_incarnation("world", 2, WITHIN)
    running.write("actors: {world: {handler_timeout: 8}}\n")
    running.reload()
    system.client.answer("world", Ping(), WITHIN)
    slot = system.registry.slot("world")
    assert (slot.pin, slot.spec.handler_timeout, slot.incarnation) == ("process", 8.0, 2)  # type: ignore[union-attr]


def test_a_supervisor_that_dies_keeps_what_was_configured_and_what_was_moved_by_hand(
    running: Running,
) -> None:
    system = running.system
    running.write("supervision: {intensity: 6}\n")
    running.reload()
    assert isinstance(system.client.answer("state", PinChild("world", "process"), WITHIN), Accepted)
    assert system.wait_incarnation("world", 2, WITHIN)
    system.client.answer("root", KillChild("state"), WITHIN)
    assert system.wait_incarnation("world", 3, WITHIN)
    running.write("supervision: {intensity: 6}\nactors: {users: {handler_timeout: 9}}\n")
    running.reload()
    system.client.answer("users", Ping(), WITHIN)
    assert system.registry.slot("world").pin == "process"
    spec = system.registry.slot("state").spec
    assert isinstance(spec, SupervisorSpec)
    assert system.registry.current_spec(spec).intensity == 6


def test_another_port_of_vrchats_is_taken_over_without_a_restart(running: Running) -> None:
    running.home.config_file.write_text(
        QUIET.replace("input_port: 0", "input_port: 0, output_port: 9055"), encoding="utf-8"
    )
    running.reload()
    assert running.system.config.osc.output_port == 9055
    assert running.incarnation("osc.sender") == 1


def test_a_runtime_override_stands_above_the_files_and_goes_with_the_process(running: Running) -> None:
    configuration_store = running.system.configuration_store
    number = configuration_store.propose("bot.name", "Bob")
    answer = running.system.client.answer("configuration", Reload(number), WITHIN)
    assert isinstance(answer, ReloadEnded)
    assert (answer.outcome, answer.changed) == ("applied", ("bot.name",))
    running.write("bot: {name: Ada}\n")
    assert running.reload().outcome == "unchanged"
    assert (running.system.config.bot.name, configuration_store.runtime) == ("Bob", {"bot.name": "Bob"})
    running.system.client.answer(
        "configuration", Reload(configuration_store.propose("bot.name", None)), WITHIN
    )
    assert (running.system.config.bot.name, configuration_store.runtime) == ("Ada", {})


def test_a_bad_override_is_refused_and_forgotten(running: Running) -> None:
    number = running.system.configuration_store.propose("llm.temperature", "9")
    answer = running.system.client.answer("configuration", Reload(number), WITHIN)
    assert isinstance(answer, ReloadEnded)
    assert answer.outcome == "refused"
    running.system.configuration_store.forget(number)
    assert running.reload().outcome == "unchanged"
    assert running.system.status()["configuration"]["problems"] == []


def test_what_was_good_is_remembered_without_its_secrets(running: Running) -> None:
    running.write("bot: {name: Ada}\nvrchat: {}\n")
    running.home.env_file.write_text("GERALD_LLM__API_KEY=planted-secret-value-12345\n")
    running.reload()
    kept = read_last_good(running.home)
    assert kept is not None
    assert kept.sections["bot"]["name"] == "Ada"
    assert b"planted" not in running.home.last_good_file.read_bytes()


def test_a_pinned_actor_takes_sections_over_and_asks_its_parent_for_the_secret(tmp_path: Path) -> None:
    from config.schema import Config

    spec = SupervisorSpec(
        "root",
        Strategy.ONE_FOR_ONE,
        (
            ChildSpec(
                "configuration", "actors.configuration.configuration:Configuration", ("configuration_store",)
            ),
            ChildSpec(
                "pinned",
                "tests.doubles.actors:Sectioned",
                ("llm",),
                pin="process",
                process=ProcessSettings(standby=1),
            ),
        ),
    )
    home = Home(tmp_path)
    home.config_file.parent.mkdir(parents=True)
    text = "trace: {enabled: false}\nllm: {api_key: %s, temperature: %s}\n"
    home.config_file.write_text(text % ("planted-one", "0.1"))
    source = ConfigSource(home)
    result = source.read().result
    assert result is not None
    config: Config = result.require()
    from tests.doubles.virtual_world import Probe

    system = Runtime(config, tmp_path, spec=spec, source=source)
    system.directory.open("system", Probe())
    for _ in range(3):
        system.client.tell("pinned", AskSections())  # is on the wire before the secret is
    system.start()
    try:
        assert system.wait_ready(WITHIN)
        answer = system.client.answer("pinned", AskSections(), WITHIN)
        assert answer == SectionsAre("0.1", len("planted-one"), "one")
        home.config_file.write_text(text % ("planted-second-two", "0.2"))
        reloaded = system.client.answer("configuration", Reload(), WITHIN)
        assert isinstance(reloaded, ReloadEnded)
        answer = system.client.answer("pinned", AskSections(), WITHIN)
        assert answer == SectionsAre("0.2", len("planted-second-two"), "two")
        assert system.registry.slot("pinned").incarnation == 1
        # A standby process that was made before the change is not used; whoever comes next has the new secret as well.
        wait_warm(system, "pinned")
        system.client.tell("root", KillChild("pinned"))
        assert system.wait_incarnation("pinned", 2, WITHIN)
        assert system.client.answer("pinned", AskSections(), WITHIN) == answer
    finally:
        assert system.stop()
