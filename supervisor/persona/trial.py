"""Says the everyday sentences to an instance with a home of its own, and judges the answers.

The home is a copy of the owner's configuration: the same model, persona and rules; nothing of it is remembered."""

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import regex

from config.home import Home
from config.schema import Config
from supervisor.control.client import stream
from supervisor.control.wire import RequestRefused
from supervisor.demo.instance import DemoFailed, DemoInstance, free_port
from supervisor.instance import NoInstance
from supervisor.persona.everyday import Sentence, why_unfit

SPEAKER = "Anna"  # whom the patterns of the list expect
SILENT = 3  # failures in a row after which no model is there
ANSWER_WITHIN = 150.0
_USUAL_NAME = "Gerald"


class Tried(msgspec.Struct, frozen=True):
    """What was answered to a sentence after so many seconds, and why it is not fit: "" for a fit answer.

    failed: the reason why no model answered."""

    say: str
    answer: str
    why: str
    seconds: float
    failed: str = ""


class NoAnswers(Exception):
    """The model does not answer; the text says why."""


def trial_home(home: Home, folder: Path, *, secrets: bool = True) -> None:
    """Make a copy of what `home` configures, in `folder`. Secrets stay encrypted, or out of it. Raises OSError."""
    files = (home.config_file, home.env_file, home.overrides_file)
    for file in (*files, home.secrets_file) if secrets else files:
        _copy(file, folder / file.relative_to(home.path))
    for inner in (home.profiles, home.personas):
        for file in sorted(inner.glob("*.yaml")) if inner.is_dir() else ():
            _copy(file, folder / file.relative_to(home.path))
    if home.models.is_dir():
        (folder / home.models.name).symlink_to(home.models, target_is_directory=True)
    (folder / "vrchat").mkdir(parents=True)


def trial_settings(folder: Path, base_url: str, model: str) -> tuple[str, ...]:
    """What the instance is to do otherwise: it is alone, writes into its own home, and says nothing unasked.

    base_url, model: what to try in place of the configured ones, "" for those."""
    usual = Config()
    settings = {
        "osc.input_port": free_port(),
        "osc.output_port": free_port(),
        "vrchat.log_directory": folder / "vrchat",
        "storage.file_path": usual.storage.file_path,
        "storage.database_url": usual.storage.database_url,
        "storage.backup_directory": usual.storage.backup_directory,
        "storage.encrypt": "false",
        "trace.enabled": "false",
        "trace.directory": usual.trace.directory,
        "logging.file": usual.logging.file,
        "memory.summarize": "off",
        "computer_vision.enabled": "false",
        "behaviour.initiative.per_hour": 0,
        "behaviour.initiative.silence": 0,
        **({"llm.base_url": base_url, "llm.mock_responses": "false"} if base_url else {}),
        **({"llm.model": model} if model else {}),
    }
    if base_url and "models" in type(usual.llm).model_fields:
        settings["llm.models"] = "[]"
    return tuple(f"{key}={value}" for key, value in settings.items())


def try_sentences(
    instance: DemoInstance, sentences: tuple[Sentence, ...], bot: str
) -> Iterator[tuple[Sentence, Tried]]:
    """Each sentence, said by somebody who is met for the first time, and how it was answered. Raises NoAnswers."""
    failures = 0
    for sentence in sentences:
        named = for_bot(sentence, bot)
        for before in named.before:
            _say(instance, before)
        begun = time.monotonic()
        answer, failed = _say(instance, named.say)
        tried = Tried(
            named.say, answer, why_unfit(named, answer, bot), round(time.monotonic() - begun, 3), failed
        )
        yield sentence, tried
        failures = failures + 1 if failed else 0
        if failures >= SILENT:
            raise NoAnswers(failed)
        with contextlib.suppress(DemoFailed):  # nobody to forget: the sentence was not taken
            instance.call({"do": "forget", "name": SPEAKER})


def for_bot(sentence: Sentence, name: str) -> Sentence:
    """The sentence as it is said to a bot of this name."""
    first = name.split()[0] if name.split() else _USUAL_NAME
    if first.casefold() == _USUAL_NAME.casefold():
        return sentence
    pattern = regex.escape(first.casefold())
    return Sentence(
        sentence.say.replace(_USUAL_NAME, first),
        tuple(text.replace(_USUAL_NAME, first) for text in sentence.before),
        sentence.fit.replace(_USUAL_NAME.casefold(), pattern),
        sentence.unfit.replace(_USUAL_NAME.casefold(), pattern),
    )


def spread(sentences: tuple[Sentence, ...], count: int) -> tuple[Sentence, ...]:
    """So many of the sentences, from the whole list."""
    chosen = (number * len(sentences) // count for number in range(min(count, len(sentences))))
    return tuple(sentences[number] for number in chosen)


def _say(instance: DemoInstance, text: str) -> tuple[str, str]:
    """The whole answer, and the reason where the model failed. Raises DemoFailed."""
    ended: Mapping[str, object] = {}
    request = {"do": "talk", "text": text, "as": SPEAKER}
    try:
        for event in stream(instance.home, request, ANSWER_WITHIN):
            ended = event if event.get("event") == "end" else ended
    except (NoInstance, RequestRefused) as error:
        raise DemoFailed(f"{error}\n{instance.printed()}") from None
    failed = str(ended.get("detail") or "the model failed") if ended.get("outcome") == "failed" else ""
    return str(ended.get("text", "")), failed


def _copy(file: Path, to: Path) -> None:
    if file.is_file():
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, to)
        to.chmod(0o600)
