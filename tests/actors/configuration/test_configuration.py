"""The configuration's actor shows every section, and no secret."""

import msgspec
import pytest

from actors.configuration.configuration import Configuration
from actors.configuration.messages import GetSection, NoSuchSection, SectionIs
from actors.kernel.message import Message
from actors.kernel.virtual import VirtualWorld
from config.schema import Config

PLANTED = "planted-secret-value-1234567890"


def ask(config: Config, name: str) -> Message:
    world = VirtualWorld()
    asker = world.probe("asker")
    world.start(Configuration(config), "configuration")
    world.give("configuration", GetSection(name), sender="asker")
    (answer,) = asker.messages
    return answer


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_section_can_be_asked_for(name: str) -> None:
    answer = ask(Config(), name)
    assert isinstance(answer, SectionIs)
    assert (answer.name, answer.version) == (name, 1)
    assert isinstance(msgspec.json.decode(answer.json), dict)


def test_a_section_is_as_it_is_in_force() -> None:
    answer = ask(Config.model_validate({"llm": {"temperature": 0.25}}), "llm")
    assert isinstance(answer, SectionIs)
    assert msgspec.json.decode(answer.json)["temperature"] == 0.25


def test_a_secret_is_never_shown() -> None:
    answer = ask(Config.model_validate({"llm": {"api_key": PLANTED}}), "llm")
    assert isinstance(answer, SectionIs)
    assert PLANTED.encode() not in answer.json
    assert msgspec.json.decode(answer.json)["api_key"] == {"secret": "llm.api_key"}


def test_an_unknown_section_is_answered_with_those_there_are() -> None:
    answer = ask(Config(), "lllm")
    assert isinstance(answer, NoSuchSection)
    assert "llm" in answer.known
