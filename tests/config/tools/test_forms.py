"""What a form asks for each key, and what is typed there."""

from pathlib import Path

import pytest

from config.home import Home
from config.layers.environment import split_key
from config.layers.source import ConfigSource
from config.schema import Config
from config.schema.walk import is_secret
from config.syntax.problem import dotted
from config.tools.explain import leaves, value_in
from config.tools.forms import NotYaml, as_written, field_of, shown_in


def read(tmp_path: Path, *overrides: str) -> ConfigSource:
    (tmp_path / "config").mkdir(exist_ok=True)
    return ConfigSource(Home(tmp_path), None, overrides, {})


def kind(key: str) -> str:
    return field_of(split_key(key)).kind


def written(key: str, typed: str) -> str:
    path = split_key(key)
    return as_written(path, field_of(path), typed)


def test_a_form_that_is_sent_as_it_is_changes_nothing(tmp_path: Path) -> None:
    """Of every key that there is."""
    before = read(tmp_path).read().config
    assert before is not None
    overrides = []
    for key in leaves(before):
        if not is_secret(key):
            value = value_in(before, key)
            field = field_of(key, value)
            overrides.append(
                f"{dotted(key)}={as_written(key, field, _sent(field.kind, shown_in(field, value)))}"
            )
    assert len(overrides) > 200
    found = read(tmp_path, *overrides).read()
    assert found.errors == ()
    assert found.config == before


def _sent(kind: str, shown: str) -> str:
    """As a browser sends it: a box that is not ticked is not sent."""
    if kind == "switch":
        return "true" if shown == "true" else ""
    return shown.replace("\n", "\r\n")


def test_each_type_has_its_field() -> None:
    fields = {
        "page.enabled": "switch",
        "memory.share": "choice",
        "llm.temperature": "number",
        "page.port": "number",
        "bot.name": "line",
        "bot.greetings": "yaml",
        "lore.entries": "yaml",
        "llm.api_key": "secret",
        "llm.api_keys": "secret",
        "audio.input_device": "line",
        "actors.llm.local.nice": "number",
    }
    assert {key: kind(key) for key in fields} == fields
    number = field_of(split_key("llm.temperature"))
    assert (number.low, number.high, number.step) == ("0", "2", "any")
    assert field_of(split_key("page.port")).step == "1"
    assert field_of(split_key("bot.personality"), "x" * 100).kind == "text"


@pytest.mark.parametrize(
    ("key", "typed", "text"),
    [
        ("page.enabled", "", "false"),
        ("memory.share", "own", '"own"'),
        ("llm.temperature", " 0.9 ", "0.9"),
        ("llm.temperature", "warm", '"warm"'),
        ("bot.name", "12", '"12"'),
        ("bot.name", '[a] "b" # c', '"[a] \\"b\\" # c"'),
        ("bot.greetings", "- Hi\r\n- 'yes'", '["Hi", "yes"]'),
        ("bot.greetings", " ", "[]"),
        ("lore.entries", "", "{}"),
        ("audio.input_device", "2", "2"),
        ("audio.input_device", "", "null"),
        ("audio.input_device", "none", '"none"'),
        ("logging.max_size", "10MB", '"10MB"'),
        ("logging.max_size", "1000000", "1000000"),
    ],
)
def test_what_is_typed_is_written_as_the_key_takes_it(key: str, typed: str, text: str) -> None:
    assert written(key, typed) == text


@pytest.mark.parametrize("typed", ["[a", "- a\n b: c", "a: 1\na: 2", "x" * 10 + "\x00"])
def test_what_is_no_yaml_is_refused_with_its_place(typed: str) -> None:
    with pytest.raises(NotYaml, match="what you typed"):
        written("bot.greetings", typed)


def test_a_secret_is_never_shown() -> None:
    assert shown_in(field_of(split_key("llm.api_key")), "sk-x") == ""
    assert Config().llm.api_key is None
