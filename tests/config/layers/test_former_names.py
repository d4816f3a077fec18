"""A key that was renamed is still read by its old name, in every layer, with a note."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config.files import write_private
from config.layers.environment import split_key
from config.layers.fallback import fall_back
from config.layers.last_good import read_last_good
from config.layers.layers import load_config
from config.layers.save_override import save_override
from config.schema.walk import former_names
from config.tools.check import check

Writer = Callable[..., Any]
OLD = "actors:\n  llm.local:\n    patience: 7\n    balance: person\n"


def test_the_old_names_are_known() -> None:
    assert former_names(("actors", "users")) == {"patience": "handler_timeout", "balance": "routing_key"}
    assert former_names(("bot",)) == former_names(("nothing",)) == {}


def test_an_old_name_counts_also_over_a_default_and_is_noted_where_it_stands(write_home: Writer) -> None:
    result = load_config(write_home(OLD), environ={})
    settings = result.require().actor("llm.local")
    assert (settings.handler_timeout, settings.routing_key, settings.pin) == (7.0, "person", "process")
    assert [str(note).partition("config.yaml:")[2] for note in result.notes] == [
        "3:5: note: actors.llm.local.patience: is called handler_timeout today. Write handler_timeout.",
        "4:5: note: actors.llm.local.balance: is called routing_key today. Write routing_key.",
    ]


def test_beside_the_new_name_the_old_one_counts_for_nothing(write_home: Writer) -> None:
    result = load_config(write_home("actors: {users: {handler_timeout: 3, patience: 7}}"), environ={})
    assert result.require().actor("users").handler_timeout == 3.0
    assert [note.message for note in result.notes] == ["is ignored: handler_timeout is here too"]


def test_a_later_layer_wins_by_whichever_name(write_home: Writer) -> None:
    home = write_home("actors: {users: {handler_timeout: 3}}")
    result = load_config(home, environ={"GERALD_ACTORS__USERS__PATIENCE": "9"})
    assert result.require().actor("users").handler_timeout == 9.0
    assert [note.layer for note in result.notes] == ["environment"]
    result = load_config(write_home(OLD), environ={}, overrides=("actors.llm.local.handler_timeout=4",))
    assert result.require().actor("llm.local").handler_timeout == 4.0


def test_a_mistake_at_an_old_name_is_an_error_of_the_new_key(write_home: Writer) -> None:
    (error,) = load_config(write_home("actors: {users: {patience: 0}}"), environ={}).errors
    assert error.key == "actors.users.handler_timeout"


@pytest.mark.parametrize("text", ["actors.llm.local.patience", "actors.llm.local.handler_timeout"])
def test_on_the_command_line_both_mean_the_same(text: str, write_home: Writer) -> None:
    assert split_key(text) == ("actors", "llm.local", "handler_timeout")
    home = write_home("")
    save_override(home, text, "8")
    assert load_config(home, environ={}).require().actor("llm.local").handler_timeout == 8.0
    save_override(home, "actors.llm.local.patience", None)
    assert "8" not in home.overrides_file.read_text()


def test_what_was_last_good_may_have_the_old_names(write_home: Writer) -> None:
    home = write_home("actors: {users: {handler_timeout: 0}}")
    good = {"format": 1, "at": 0.0, "sections": {"actors": {"users": {"patience": 5.0}}}}
    write_private(home.last_good_file, json.dumps(good).encode())
    config, _ = fall_back(load_config(home, environ={}), read_last_good(home))
    assert config.actor("users").handler_timeout == 5.0


def test_check_shows_the_note_and_no_secret_on_its_line(write_home: Writer) -> None:
    home = write_home("{llm: {api_key: hush-hush-1}, actors: {users: {patience: 7, env: {X: hush-hush-1}}}}")
    report = check(home, environ={})
    assert (report.exit_code, "handler_timeout" in report.text) == (0, True)
    assert "hush" not in report.text


@pytest.mark.parametrize(("before", "today"), [("true", "free"), ("false", "auto")])
def test_a_former_switch_is_read_as_what_it_meant(before: str, today: str, write_home: Writer) -> None:
    result = load_config(write_home(f"speech: {{echo_free_capture: {before}}}"), environ={})
    assert result.require().speech.echo == today
    assert [note.hint for note in result.notes] == ["Write echo."]
