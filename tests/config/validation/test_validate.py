"""Planted mistakes: each is found, at its own line and column, with what was meant."""

from collections.abc import Callable
from typing import Any

import pytest

from config.layers.layers import load_config
from config.layers.probes import unknown_actors
from config.schema import PINNED
from config.schema.walk import fields
from config.syntax.errors import ValidationError
from config.validation.cross_checks import CrossCheckFinding

Writer = Callable[..., Any]

# The mark @@ stands where the caret must be.
MISTAKES = [
    ("llm:\n  @@temprature: 0.9\n", "llm.temprature", "unknown key. Did you mean 'temperature'?"),
    ("llm:\n  local:\n    @@thread: 1\n", "llm.local.thread", "Did you mean 'threads'?"),
    ("llm:\n  @@max-tokens: 1\n", "llm.max-tokens", "Did you mean 'max_tokens'?"),
    ("llm:\n  @@maxTokens: 1\n", "llm.maxTokens", "Did you mean 'max_tokens'?"),
    ("@@temperature: 1\n", "temperature", "Did you mean 'llm.temperature'?"),
    ("@@llm.temperature: 1\n", "llm.temperature", "Write it in its section"),
    ("@@Audio: {}\n", "Audio", "Did you mean 'audio'?"),
    ("bot: {name: A, @@nmae: B}\n", "bot.nmae", "Did you mean 'name'?"),
    ("osc:\n  @@xyzzy: 1\n", "osc.xyzzy", "Known are input_port, input_host"),
    (
        'llm:\n  max_tokens: @@"300"\n',
        "llm.max_tokens",
        "must be a whole number from 1 to 32768 tokens, not '300'. Remove",
    ),
    (
        "llm:\n  max_tokens: @@1.5\n",
        "llm.max_tokens",
        "must be a whole number from 1 to 32768 tokens, not 1.5",
    ),
    ("llm:\n  max_tokens: @@0\n", "llm.max_tokens", "must be a whole number from 1 to 32768 tokens, not 0"),
    ("llm:\n  temperature: @@2.5\n", "llm.temperature", "must be a number from 0 to 2, not 2.5"),
    ("llm:\n  temperature: @@hot\n", "llm.temperature", "must be a number from 0 to 2, not 'hot'"),
    ("llm:\n  temperature: @@.nan\n", "llm.temperature", "must be a finite number"),
    ("llm:\n  temperature: @@[1]\n", "llm.temperature", "must be a number from 0 to 2, not a list"),
    ("llm:\n  total_timeout: @@-1\n", "llm.total_timeout", "must be a number above 0 to 3600 s, not -1"),
    (
        "llm:\n  mock_responses: @@yes\n",
        "llm.mock_responses",
        "must be true or false, not 'yes'. Write true.",
    ),
    ("llm:\n  mock_responses: @@0\n", "llm.mock_responses", "must be true or false, not 0. Write false."),
    ("llm:\n  base_url: @@openrouter.ai\n", "llm.base_url", "must be a URL such as"),
    ("bot:\n  name: @@42\n", "bot.name", "must be text, not 42. Put it in quotes."),
    ("bot:\n  name: @@true\n", "bot.name", "must be text, not true. Put it in quotes."),
    ("bot:\n  name: @@''\n", "bot.name", "must not be empty"),
    ("bot:\n  name: @@null\n", "bot.name", "must be text, not nothing"),
    (f"bot:\n  name: @@{'x' * 65}\n", "bot.name", "must have at most 64 characters"),
    ("bot:\n  name:\n    @@first: A\n", "bot.name", "must be text, not a mapping"),
    (
        "bot:\n  response_length: @@med\n",
        "bot.response_length",
        "one of short, medium, long, not 'med'. Did you mean 'medium'?",
    ),
    ("bot: @@5\n", "bot", "must be a mapping of names to values, not 5"),
    ("bot:\n  @@- name\n", "bot", "must be a mapping of names to values, not a list"),
    ("audio:\n  input_device: @@true\n", "audio.input_device", "must be a device's index or name"),
    ("audio:\n  input_device: @@-3\n", "audio.input_device", "must be an index from 0 to 999"),
    (
        "osc:\n  enabled_events: @@gestures\n",
        "osc.enabled_events",
        "must be a list, not 'gestures'. Begin each item",
    ),
    (
        "osc:\n  enabled_events:\n    - touch\n    - @@tuch\n",
        "osc.enabled_events[1]",
        "Did you mean 'touch'?",
    ),
    ("osc:\n  enabled_events: @@[touch, touch]\n", "osc.enabled_events", "lists 'touch' twice"),
    ("osc:\n  input_port: @@65536\n", "osc.input_port", "from 0 to 65535, not 65536"),
    ("osc:\n  input_port: @@9000\n", "osc.input_port", "is osc.output_port too"),
    ("logging:\n  level: @@debug\n", "logging.level", "Did you mean 'DEBUG'?"),
    ("logging:\n  max_size: @@10 parsecs\n", "logging.max_size", "must be a size such as 10MB"),
    ("logging:\n  max_size: @@5\n", "logging.max_size", "from 10000 to 1000000000000 bytes, not 5"),
    ("speech:\n  language: @@English\n", "speech.language", "must be auto or the code"),
    (
        "speech:\n  min_speech: @@2\n  max_utterance: 1\n",
        "speech.min_speech",
        "must be below speech.max_utterance (1 s)",
    ),
    ("computer_vision:\n  source: @@webcam\n", "computer_vision.source", "none, screen, device or file:PATH"),
    ("storage:\n  database_url: @@sqlite://x\n", "storage.database_url", "must be lmdb:// and a path"),
    ("trace:\n  max_size: @@4GB\n", "trace.max_size", "is above trace.keep"),
    (
        "actors:\n  speech.recognizer:\n    pin: @@proces\n",
        "actors.speech.recognizer.pin",
        "thread, process, host:NAME or host:*",
    ),
    (
        "actors:\n  speech.recognizer:\n    @@pinn: process\n",
        "actors.speech.recognizer.pinn",
        "Did you mean 'pin'?",
    ),
    ("actors:\n  a.b: {cpus: [0, @@x]}\n", "actors.a.b.cpus[1]", "must be a whole number"),
    ("actors:\n  a.b: {cpus: [@@-1]}\n", "actors.a.b.cpus[0]", "must be a whole number"),
    ("actors:\n  @@A b: {pin: thread}\n", "actors.A b", "is not an actor's address"),
    ("actors:\n  world: @@thread\n", "actors.world", "must be a mapping of names to values"),
    (
        "supervision:\n  period: @@0.5\n",
        "supervision.period",
        "must be longer than the pauses between 5 failures",
    ),
    (
        "llm:\n  local: {max_tokens: @@4096}\n",
        "llm.local.max_tokens",
        "must be below llm.local.context (2048 tokens)",
    ),
    (
        "audio:\n  voice_model: '@@${NOPE}/v.onnx'\n",
        "audio.voice_model",
        "the environment variable NOPE is not set",
    ),
    ("llm:\n  api_key: @@[a, b]\n", "llm.api_key", "must be text"),
    ("llm:\n  api_key: @@123456789\n", "llm.api_key", "must be text. Put it in quotes."),
    ("llm:\n  api_key: @@''\n", "llm.api_key", "must be text"),
]


@pytest.mark.parametrize(
    ("text", "key", "words"), MISTAKES, ids=[f"{key}-{n}" for n, (_, key, _) in enumerate(MISTAKES)]
)
def test_a_mistake_is_reported_at_its_own_place(
    text: str, key: str, words: str, write_home: Writer, unmark: Callable[[str], Any]
) -> None:
    marked = unmark(f"# a comment\n{text}")
    result = load_config(write_home(marked.text), environ={})
    (problem,) = result.errors
    assert (problem.key, problem.line, problem.column) == (key, marked.line, marked.column)
    assert words in str(problem)
    assert (problem.layer, problem.file) == ("config", str(write_home().config_file))
    assert result.config is None
    assert problem.excerpt
    with pytest.raises(ValidationError, match=r"config\.yaml"):
        result.require()


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(write_home: Writer) -> None:
    text = "bot:\n  name: 1\n  x: 2\nllm:\n  temperature: 9\n  max_tokens: no\n"
    text += "osc: {input_port: 9000}\nspeach: {}\n"
    errors = load_config(write_home(text), environ={}).errors
    assert [(error.line, error.key) for error in errors] == [
        (2, "bot.name"),
        (3, "bot.x"),
        (5, "llm.temperature"),
        (6, "llm.max_tokens"),
        (7, "osc.input_port"),
        (8, "speach"),
    ]


def misspellings() -> list[tuple[tuple[Any, ...], str]]:
    """Every key of two letters or more with a letter lost, doubled, swapped or replaced."""
    cases = []
    for key, _ in fields():
        name, middle = str(key[-1]), len(str(key[-1])) // 2
        swapped = name[: middle - 1] + name[middle] + name[middle - 1] + name[middle + 1 :]
        for wrong in (
            name[:middle] + name[middle + 1 :],
            name[:middle] + name[middle] + name[middle:],
            swapped,
        ):
            cases.append((key, wrong))
    return cases


def test_at_least_95_percent_of_misspellings_are_understood() -> None:
    from config.validation.messages import unknown_key

    siblings = {key[:-1] for key, _ in fields()}
    known = {key for key, _ in fields()}
    cases = [(key, wrong) for key, wrong in misspellings() if (*key[:-1], wrong) not in known]
    understood = [
        unknown_key((*key[:-1], wrong)).hint == f"Did you mean '{key[-1]}'?" for key, wrong in cases
    ]
    assert len(cases) > 200
    assert siblings
    assert sum(understood) / len(cases) >= 0.95


@pytest.mark.parametrize(
    ("text", "severity", "key"),
    [
        ("computer_vision: {processing_fps: 30}", "warning", "computer_vision.processing_fps"),
        ("computer_vision: {enabled: true}", "note", "computer_vision.enabled"),
        ("vrchat: {api_enabled: true}", "note", "vrchat.api_enabled"),
        ("vrchat: {auto_friend_accept: true}", "note", "vrchat.auto_friend_accept"),
        (
            "{hosts: {machines: {gpu: {}}}, actors: {llm.local: {pin: 'host:gpu'}}}",
            "warning",
            "actors.llm.local.pin",
        ),
        ("llm: {total_timeout: 5}", "warning", "llm.first_token_timeout"),
        ("audio: {voice_model: Models/none.onnx}", "note", "audio.voice_model"),
        ("llm: {api_key: '${NOPE}'}", "note", "llm.api_key"),
    ],
)
def test_what_is_only_worth_knowing_does_not_refuse_the_configuration(
    text: str, severity: str, key: str, write_home: Writer
) -> None:
    result = load_config(write_home(text), environ={})
    assert result.valid
    assert [(problem.severity, problem.key) for problem in result.problems] == [(severity, key)]
    assert result.config is not None


def test_a_voice_that_is_there_is_not_worth_a_note(write_home: Writer) -> None:
    home = write_home("audio: {voice_model: Models/cori.onnx}")
    home.models.mkdir()
    (home.models / "cori.onnx").touch()
    assert load_config(home, environ={}).problems == ()


@pytest.mark.parametrize("name", ["x" * 5000, '"\\0"'])
def test_a_name_that_no_file_can_have_is_a_file_that_is_not_there(name: str, write_home: Writer) -> None:
    result = load_config(write_home(f"audio: {{voice_model: {name}}}"), environ={})
    assert [note.key for note in result.notes] == ["audio.voice_model"]


def test_two_errors_of_one_section_do_not_hide_a_cross_check_of_another(write_home: Writer) -> None:
    errors = load_config(write_home("bot: 5\nosc: {input_port: 9000}\nllm: {x: 1}\n"), environ={}).errors
    assert [error.key for error in errors] == ["bot", "osc.input_port", "llm.x"]


def test_a_probe_of_the_machine_is_placed_like_any_other_problem(write_home: Writer) -> None:
    def no_device_20(config: Any) -> list[CrossCheckFinding]:
        assert config.audio.output_device == 20
        return [CrossCheckFinding("warning", ("audio", "output_device"), "there is no device 20")]

    result = load_config(write_home("audio:\n  output_device: 20\n"), environ={}, probes=(no_device_20,))
    (problem,) = result.warnings
    assert (problem.line, problem.column) == (2, 18)


def test_settings_for_an_actor_that_does_not_exist_are_a_warning(write_home: Writer) -> None:
    probe = unknown_actors(tuple(PINNED))
    result = load_config(
        write_home("actors:\n  speech.recogniser: {pin: thread}\n"), environ={}, probes=(probe,)
    )
    (problem,) = result.warnings
    assert str(problem).endswith("there is no such actor. Did you mean 'speech.recognizer'?")


def test_a_wrong_name_of_an_environment_variable_is_called_that(write_home: Writer) -> None:
    home = write_home("actors:\n  llm.local:\n    env: {A B: c}\n")
    (problem,) = load_config(home, environ={}).errors
    assert "is not the name of an environment variable" in str(problem)
