"""Sections on their way to an actor hold no secret, and come out as they went in."""

import pytest

from config.schema import Config
from config.sections import (
    nested,
    packed,
    plain_at,
    reveal,
    section,
    section_of,
    shown_value,
    unpacked,
)

SECRET = "planted-secret-value-1234567890"


def test_a_section_comes_out_as_it_went_in_and_its_secret_is_asked_for() -> None:
    config = Config.model_validate({"llm": {"api_key": SECRET, "temperature": 0.1}, "bot": {"name": "Ada"}})
    data = packed(config, ("llm", "bot"))
    assert SECRET.encode() not in data
    asked: list[str] = []

    def resolve(key: str) -> str:
        asked.append(key)
        return reveal(config, key)

    assert unpacked(data, resolve) == {"llm": config.llm, "bot": config.bot}
    assert asked == ["llm.api_key"]


@pytest.mark.parametrize("key", ["llm.api_key", "llm.temperature", "llm.nothing", "nothing", "actors.x"])
def test_only_a_secret_that_is_there_is_revealed(key: str) -> None:
    with pytest.raises(KeyError):
        reveal(Config(), key)


def test_a_secret_is_masked_where_values_are_shown() -> None:
    config = Config.model_validate({"llm": {"api_key": SECRET}})
    assert SECRET not in shown_value(config, ("llm", "api_key"))
    assert shown_value(config, ("osc", "enabled_events")) == '["gestures", "touch", "expressions"]'


def test_the_section_of_a_plugin_stands_below_plugins() -> None:
    plain = {"bot": {"name": "Ada"}, "plugins.hats": {"size": 7}, "plugins.caps": {}}
    assert nested(plain) == {"bot": {"name": "Ada"}, "plugins": {"hats": {"size": 7}, "caps": {}}}
    assert plain_at(nested(plain), "plugins.hats") == {"size": 7}
    assert section(Config(), "plugins.enabled") is True
    assert section_of(("plugins", "hats", "size")) == "plugins.hats"
    assert section_of(("plugins", "enabled")) == "plugins"
    assert section_of(("llm", "local", "context")) == "llm"
