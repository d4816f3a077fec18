"""A key explains itself: its value, where from, which layers lost, and no secret."""

from collections.abc import Callable
from typing import Any

import pytest

from config.layers.layers import load_config
from config.schema.walk import fields
from config.tools.explain import explain, values

Writer = Callable[..., Any]
SECRET = "planted-secret-0123456789"


def test_every_layer_that_lost_is_told_in_falling_order(write_home: Writer) -> None:
    home = write_home(
        "llm: {temperature: 0.1}", "GERALD_LLM__TEMPERATURE=0.2\n", mine="llm: {temperature: 0.3}"
    )
    environ = {"GERALD_LLM__TEMPERATURE": "0.4"}
    result = load_config(home, profile="mine", overrides=("llm.temperature=0.5",), environ=environ)
    told = explain(result, ("llm", "temperature"))
    assert (told["value"], told["from"]) == (0.5, "--set (llm.temperature)")
    assert [lost["value"] for lost in told["lost"]] == [0.4, 0.2, 0.1, 0.3, 0.7]
    assert told["lost"][0]["from"] == "environment (GERALD_LLM__TEMPERATURE)"
    assert told["lost"][2]["from"] == f"{home.config_file}:1:20"
    assert (told["type"], told["range"], told["default"], told["applies"]) == (
        "a number, or null",
        "0 to 2",
        0.7,
        "live",
    )


def test_a_key_three_sections_deep_has_the_default_of_its_own_section(write_home: Writer) -> None:
    environ = {"GERALD_STORAGE__DOMAINS__USERS__BACKEND": "database"}
    result = load_config(write_home("storage: {domains: {users: {keep: 3}}}"), environ=environ)
    told = explain(result, ("storage", "domains", "users", "backend"))
    assert (told["value"], told["default"], told["choices"]) == (
        "database",
        "file",
        ["memory", "file", "database"],
    )
    assert told["from"] == "environment (GERALD_STORAGE__DOMAINS__USERS__BACKEND)"
    assert told["applies"] == "by a restart of persistence"
    assert result.require().storage.domains.users.keep == 3
    assert explain(result, ("storage", "domains", "avatar", "ttl"))["default"] == 300.0


def test_what_an_override_saved_says_where_it_lies(write_home: Writer) -> None:
    home = write_home("bot: {name: Ada}")
    home.data.mkdir()
    home.overrides_file.write_text("bot:\n  name: Bob\n")
    told = explain(load_config(home, environ={}), ("bot", "name"))
    assert told["value"] == "Bob"
    assert told["from"] == f"{home.overrides_file}:2:9"


def test_a_secret_is_masked_in_its_value_and_where_it_lost(write_home: Writer) -> None:
    home = write_home(f"llm: {{api_key: {SECRET}}}", f"GERALD_LLM__API_KEY={SECRET}2\n")
    result = load_config(home, environ={})
    assert SECRET not in str(explain(result, ("llm", "api_key")))
    assert SECRET not in str(list(values(result, effective=True)))


def test_every_key_of_the_schema_can_be_explained(write_home: Writer) -> None:
    result = load_config(write_home(), environ={})
    for key, _ in fields():
        told = explain(result, tuple("llm.local" if part == "*" else part for part in key))
        assert told["meaning"]
        assert told["type"]
    with pytest.raises(KeyError):
        explain(result, ("llm", "temprature"))


def test_only_what_is_not_from_the_defaults_is_shown_unless_asked(write_home: Writer) -> None:
    result = load_config(write_home("llm: {temperature: 0.1}\nbot: {name: Ada}"), environ={})
    assert [(key[-1], value) for key, value, _ in values(result, effective=False)] == [
        ("name", "Ada"),
        ("temperature", 0.1),
    ]
    assert len(list(values(result, effective=True))) > 80
