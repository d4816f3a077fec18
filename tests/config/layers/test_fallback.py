"""A bad section falls back to its defaults, the others stay, and the banner says which and why."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from config.layers.fallback import fall_back
from config.layers.last_good import LastGood, read_last_good, write_last_good
from config.layers.layers import load_config
from config.schema import Config, Llm, Osc

Writer = Callable[..., Any]


def test_a_good_configuration_falls_back_to_nothing(write_home: Writer) -> None:
    result = load_config(write_home("bot: {name: Ada}"), environ={})
    assert fall_back(result) == (result.config, ())


def test_only_bad_sections_are_replaced(write_home: Writer) -> None:
    text = "bot: {name: Ada}\nllm:\n  model: mine\n  temprature: 1\nspeach: {}\nosc: {input_port: 9000}\n"
    config, banner = fall_back(load_config(write_home(text), environ={}))
    assert config == Config.model_validate({"bot": {"name": "Ada"}})
    assert (config.llm, config.osc) == (Llm(), Osc())
    assert [line for line in banner if not line.startswith(" ")] == [
        "[llm] has an error: its defaults are used.",
        "[speach] is unknown and ignored.",
        "[osc] has an error: its defaults are used.",
    ]
    assert any(
        "config.yaml:4:3: llm.temprature: unknown key. Did you mean 'temperature'?" in line for line in banner
    )


def test_references_that_stand_for_nothing_take_their_section_back(write_home: Writer) -> None:
    config, banner = fall_back(
        load_config(write_home("bot: {name: '${NOPE}', speaking_style: x}"), environ={})
    )
    assert config == Config()
    assert len(banner) == 2


def test_everything_may_be_bad(write_home: Writer) -> None:
    text = "".join(f"{section}: 5\n" for section in Config.model_fields)
    config, banner = fall_back(load_config(write_home(text), environ={}))
    assert config == Config()
    assert len(banner) == 2 * len(Config.model_fields)


def test_the_profile_and_the_environment_fall_back_too(write_home: Writer) -> None:
    home = write_home("bot: {name: Ada}", mine="trace: {words: none}")
    result = load_config(
        home, profile="mine", environ={"GERALD_AUDIO__VOLUME": "loud"}, overrides=["vrchat.x=1"]
    )
    config, banner = fall_back(result)
    assert config == Config.model_validate({"bot": {"name": "Ada"}})
    assert len(banner) == 6


def test_a_bad_section_has_its_last_good_values_where_there_are_any(write_home: Writer) -> None:
    home = write_home("bot: {nmae: x}\nosc: {input_port: -1}\n")
    last_good = LastGood({"bot": {"name": "Ada"}, "llm": {"model": "other"}}, time.time() - 7200)
    config, banner = fall_back(load_config(home, environ={}), last_good)
    assert config == Config.model_validate({"bot": {"name": "Ada"}})
    assert [line for line in banner if not line.startswith(" ")] == [
        "[bot] has an error: its last good values, from 2 hours ago, are used.",
        "[osc] has an error: its defaults are used.",
    ]


def test_last_good_values_that_are_wrong_beside_the_others_give_way_to_the_defaults(
    write_home: Writer,
) -> None:
    home = write_home("osc: {input_port: -1, output_port: 9001}\n")
    last_good = LastGood({"osc": {"input_port": 9007, "output_port": 9007}}, time.time())
    config, banner = fall_back(load_config(home, environ={}), last_good)
    assert config == Config()
    assert len([line for line in banner if not line.startswith(" ")]) == 2


def test_a_last_good_file_that_is_damaged_is_as_none(write_home: Writer) -> None:
    home = write_home()
    home.data.mkdir()
    for text in ("", "{", "[]", '{"format": 1}', '{"format": 1, "at": 0, "sections": 3}', "[" * 100_000):
        home.last_good_file.write_text(text)
        assert read_last_good(home) is None
    write_last_good(home, Config.model_validate({"llm": {"api_key": "planted-secret-123"}}))
    assert "planted" not in home.last_good_file.read_text()
    kept = read_last_good(home)
    assert kept is not None
    assert kept.config() == Config()


@pytest.mark.parametrize("form", [0, 2, "1"])
def test_a_last_good_file_of_another_form_is_as_none(write_home: Writer, form: object) -> None:
    home = write_home()
    write_last_good(home, Config())
    assert read_last_good(home) is not None
    stored = json.loads(home.last_good_file.read_text("utf-8"))
    home.last_good_file.write_text(json.dumps({**stored, "format": form}), "utf-8")
    assert read_last_good(home) is None
