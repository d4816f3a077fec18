"""Actors are made with what the configuration in force says, here and in a worker process."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from actors.kernel.actor import Actor
from config.schema import Config
from supervisor.encryption import DataCiphers
from supervisor.nodes.boot import Boot
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.actor_factory import ActorFactory
from supervisor.runtime.config_reload import ConfigurationReload
from supervisor.runtime.shared_frames import SharedFrames

CONFIG = Config.model_validate({"llm": {"api_key": "sk-secret"}, "bot": {"name": "Gerald"}})


class Given(Actor):
    """Keeps what it was made with."""

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments


SPEC = ChildSpec("given", f"{__name__}:Given", ("bot", "home", "frames", "configuration_store"))


@pytest.fixture
def store() -> ConfigurationReload:
    return ConfigurationReload(CONFIG)


def factory(store: ConfigurationReload, home: Path, **makers: Any) -> ActorFactory:
    ciphers = DataCiphers(home, lambda: store.config.storage, {})
    return ActorFactory(store, home, "run", ciphers, SharedFrames(home), {"keep": 1}, makers)


def test_an_actor_gets_the_sections_that_its_specification_names(
    store: ConfigurationReload, tmp_path: Path
) -> None:
    actor = factory(store, tmp_path).make(SPEC)
    assert actor.arguments == (CONFIG.bot, tmp_path, None, store)  # type: ignore[attr-defined]


def test_another_maker_replaces_the_class_that_the_tree_names(
    store: ConfigurationReload, tmp_path: Path
) -> None:
    made = Given()
    assert factory(store, tmp_path, given=lambda config: made).make(SPEC) is made


def test_a_worker_process_is_told_its_sections_and_no_secret(
    store: ConfigurationReload, tmp_path: Path
) -> None:
    spec = ChildSpec("given", "tests:None", ("llm", "home"))
    slot = ActorSlot(spec, "mind", 2)
    slot.begin(0.0)
    boot = factory(store, tmp_path).boot(slot, spec)
    assert (boot.address, boot.incarnation, boot.supervisor) == ("given", 1, "mind")
    assert boot.sections.keys() == {"llm"}
    assert (boot.home, boot.seed, boot.run, boot.trace) == (str(tmp_path), "run", "run", {"keep": 1})
    data = msgspec.msgpack.encode(boot)
    assert b"sk-secret" not in data
    assert msgspec.msgpack.decode(data, type=Boot) == boot


def test_a_worker_process_may_ask_for_its_secrets(store: ConfigurationReload, tmp_path: Path) -> None:
    actors = factory(store, tmp_path)
    assert actors.reveal("llm.api_key") == "sk-secret"
    with pytest.raises(KeyError):
        actors.reveal("llm.nothing")
