"""What differs between two configurations, and who must be restarted for it."""

from typing import Any

import pytest

from config.changes import changed_keys, restarts, takes_over_live
from config.schema import Config
from config.schema.walk import extra, fields
from config.syntax.problem import dotted
from supervisor.otp.spec import walk
from supervisor.tree import tree


def config(**sections: Any) -> Config:
    return Config.model_validate(sections)


def changed(old: Config, new: Config) -> list[str]:
    return [dotted(key) for key in changed_keys(old, new)]


def test_equal_configurations_differ_in_nothing() -> None:
    assert changed(Config(), config(llm={"temperature": 0.7})) == []


def test_every_key_that_differs_is_named_in_the_order_of_the_schema() -> None:
    new = config(llm={"temperature": 0.1, "local": {"threads": 2}}, bot={"name": "Ada"})
    assert changed(Config(), new) == ["bot.name", "llm.temperature", "llm.local.threads"]


def test_a_key_three_sections_deep_is_named_alone() -> None:
    new = config(storage={"domains": {"users": {"keep": 5}}})
    assert changed(Config(), new) == ["storage.domains.users.keep"]


def test_a_secret_that_differs_is_named() -> None:
    assert changed(config(llm={"api_key": "one"}), config(llm={"api_key": "two"})) == ["llm.api_key"]


def test_of_an_actor_only_what_differs_is_named() -> None:
    new = config(actors={**Config().model_dump()["actors"], "vision.camera": {"nice": 5, "pin": "process"}})
    assert changed(Config(), new) == ["actors.vision.camera.nice"]
    assert changed(new, Config()) == ["actors.vision.camera.nice"]


@pytest.mark.parametrize(
    ("old", "new", "actors"),
    [
        ({}, {"llm": {"temperature": 0.1}}, ()),
        ({}, {"osc": {"input_port": 9011}}, ("osc.receiver",)),
        (
            {},
            {"speech": {"synthesizer_threads": 2, "recognizer_threads": 2}},
            ("speech.recognizer", "speech.synthesizer"),
        ),
        ({}, {"trace": {"words": "drop"}}, ("all",)),
        ({}, {"storage": {"domains": {"users": {"keep": 5}}}}, ("persistence",)),
        ({}, {"storage": {"encrypt": True}}, ("persistence",)),
    ],
)
def test_restarts(old: dict[str, Any], new: dict[str, Any], actors: tuple[str, ...]) -> None:
    assert restarts(changed_keys(config(**old), config(**new))) == actors


def test_every_key_that_needs_a_restart_says_whose_and_there_is_such_an_actor() -> None:
    known = {child.address for child in walk(tree(Config()))}
    for key, field in fields():
        names = field.json_schema_extra.get("restarts", ())  # type: ignore[union-attr]
        if (
            extra(field, "reload") == "restart"
            and key[0] != "actors"
            and key[-1] not in ("enabled", "api_enabled", "disabled")
        ):
            assert names, dotted(key)
            assert set(names) <= known | {"all"}, dotted(key)
        elif takes_over_live(key):
            assert not names, dotted(key)
