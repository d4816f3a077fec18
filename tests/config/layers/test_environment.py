"""GERALD_SECTION__KEY and KEY=VALUE: which key is meant, and what the value is."""

from typing import Any

import pytest

from config.layers.environment import dotenv_layers, environment_layers, override_layers, split_key
from config.layers.merge import merge
from config.syntax.errors import LoadError
from config.syntax.node import SourceText, YamlNode, find, plain
from config.syntax.render import render


def of_environment(**environ: str) -> Any:
    layers = environment_layers(environ)
    return plain(merge([YamlNode({}, SourceText("none", "none")), *layers]))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("GERALD_LLM__TEMPERATURE", "0.9", {"llm": {"temperature": 0.9}}),
        ("GERALD_LLM__LOCAL__THREADS", "2", {"llm": {"local": {"threads": 2}}}),
        (
            "GERALD_STORAGE__DOMAINS__USERS__BACKEND",
            "database",
            {"storage": {"domains": {"users": {"backend": "database"}}}},
        ),
        (
            "GERALD_OSC__ENABLED_EVENTS",
            "[touch, gestures]",
            {"osc": {"enabled_events": ["touch", "gestures"]}},
        ),
        ("GERALD_AUDIO__INPUT_DEVICE", "none", {"audio": {"input_device": "none"}}),
        ("GERALD_AUDIO__INPUT_DEVICE", "null", {"audio": {"input_device": None}}),
        ("GERALD_BOT__PERSONALITY", "kind: very, #1", {"bot": {"personality": "kind: very, #1"}}),
        ("GERALD_BOT__PERSONALITY", "'quoted' and more", {"bot": {"personality": "'quoted' and more"}}),
        ("GERALD_BOT__NAME", "'42'", {"bot": {"name": "42"}}),
        (
            "GERALD_ACTORS__SPEECH_RECOGNIZER__PIN",
            "thread",
            {"actors": {"speech.recognizer": {"pin": "thread"}}},
        ),
        ("GERALD_PROFILE", "testing", {}),
        ("GERALD_HOME", "/x", {}),
        ("OTHER__KEY", "1", {}),
    ],
)
def test_a_variable_sets_the_key_it_names(name: str, value: str, expected: object) -> None:
    assert of_environment(**{name: value}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("llm.temperature=0.9", {"llm": {"temperature": 0.9}}),
        ("bot.name=a=b", {"bot": {"name": "a=b"}}),
        ("actors.llm.local.pin=thread", {"actors": {"llm.local": {"pin": "thread"}}}),
        ("actors.llm.local={pin: thread}", {"actors": {"llm.local": {"pin": "thread"}}}),
        ("actors.world.log.cpus=[0, 1]", {"actors": {"world.log": {"cpus": [0, 1]}}}),
        ("llm.mock_responses= true ", {"llm": {"mock_responses": True}}),
    ],
)
def test_an_override_sets_the_key_it_names(text: str, expected: object) -> None:
    assert plain(merge(override_layers([text]))) == expected


def test_later_overrides_win() -> None:
    assert plain(merge(override_layers(["bot.name=A", "bot.name=B"]))) == {"bot": {"name": "B"}}


@pytest.mark.parametrize("text", ["llm.temperature", "=1", "llm.=1", ".x=1", "", "a.b.c.d.e.f.g.h.i=1"])
def test_an_override_without_key_or_value_is_refused(text: str) -> None:
    with pytest.raises(LoadError, match="--set"):
        override_layers([text])


def test_a_broken_list_in_a_variable_is_refused_by_name() -> None:
    with pytest.raises(LoadError, match="environment: this is opened and never closed") as caught:
        environment_layers({"GERALD_OSC__ENABLED_EVENTS": "[touch"})
    assert caught.value.problem.excerpt == "GERALD_OSC__ENABLED_EVENTS=[touch"


def test_a_variable_in_dotenv_knows_its_line() -> None:
    from config.layers.dotenv import parse

    source = SourceText(".env", ".env", "# mine\nexport GERALD_LLM__MODEL=tiny\nX=1\n")
    (layer,) = dotenv_layers(parse(source).values(), source)
    node = find(layer, ("llm", "model"))
    assert node is not None
    assert (node.value, node.line, node.column, node.key_line, node.key_column) == ("tiny", 2, 26, 2, 8)


def test_the_parts_of_a_list_in_a_variable_know_their_column() -> None:
    (layer,) = environment_layers({"GERALD_OSC__ENABLED_EVENTS": "[touch, tuch]"})
    node = find(layer, ("osc", "enabled_events", 1))
    assert node is not None
    assert node.source.line(node.line)[node.column - 1 :] == "tuch]"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("llm.local.threads", ("llm", "local", "threads")),
        ("storage.domains.users.backend", ("storage", "domains", "users", "backend")),
        ("actors.speech.recognizer.pin", ("actors", "speech.recognizer", "pin")),
        ("actors.llm.pin", ("actors", "llm", "pin")),
        ("actors.speech.recognizer", ("actors", "speech.recognizer")),
        ("actors", ("actors",)),
    ],
)
def test_the_dots_of_an_actors_address_do_not_divide_the_key(text: str, key: tuple[str, ...]) -> None:
    assert split_key(text) == key


@pytest.mark.parametrize("text", ["llm.api_key=hunter2", "llm={api_key: hunter2}", "llm.api_key='hunter2'"])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(LoadError) as refused:
        override_layers([text])
    said = render(refused.value.problems)
    assert "llm.api_key is a secret" in said
    assert "supervisor secrets set" in said
    assert "hunter2" not in said


def test_a_variable_that_holds_a_secret_may_be_named_on_the_command_line() -> None:
    (layer,) = override_layers(["llm.api_key=${OPENROUTER_API_KEY}"])
    assert plain(layer) == {"llm": {"api_key": "${OPENROUTER_API_KEY}"}}
