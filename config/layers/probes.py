"""Checks that need more than the configuration itself: which files exist, which actors there are."""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from config.files import NoHomeFolder, located
from config.home import Home
from config.schema import Config
from config.syntax.problem import Key
from config.syntax.suggest import closest
from config.validation.cross_checks import CrossCheckFinding, Probe


def unknown_homes(config: Config) -> Iterator[CrossCheckFinding]:
    """Refuses paths that begin with the home folder of somebody who has none."""
    for key, path in _paths(config):
        try:
            located(Path(), path)
        except NoHomeFolder as error:
            yield CrossCheckFinding(
                "error", key, str(error), "Write the whole path, or set HOME at the start."
            )


def _paths(config: Config) -> Iterator[tuple[Key, str]]:
    """Every path in the configuration."""
    storage, audio = config.storage, config.audio
    yield from (
        (("trace", "directory"), config.trace.directory),
        (("logging", "file"), config.logging.file),
        (("storage", "file_path"), storage.file_path),
        (("storage", "backup_directory"), storage.backup_directory),
        (("storage", "database_url"), storage.database_url.removeprefix("lmdb://")),
    )
    for key, path in (
        (("vrchat", "log_directory"), config.vrchat.log_directory),
        (("llm", "local", "model_path"), config.llm.local.model_path),
        (("audio", "voice_model"), audio.voice_model),
        (("speech", "recognizer_model"), config.speech.recognizer_model),
    ):
        if path is not None:
            yield key, path
    for key, source in (
        (("audio", "input_device"), audio.input_device),
        (("audio", "output_device"), audio.output_device),
        (("computer_vision", "source"), config.computer_vision.source),
    ):
        if isinstance(source, str) and source.startswith("file:"):
            yield key, source.removeprefix("file:")


def missing_files(home: Home) -> Probe:
    """Notes the models that are configured and not there; what replaces them is an embedded one."""

    def probe(config: Config) -> Iterator[CrossCheckFinding]:
        named = (
            (("audio", "voice_model"), config.audio.voice_model, "the embedded voice is used"),
            (
                ("speech", "recognizer_model"),
                config.speech.recognizer_model,
                "the embedded recognizer is used",
            ),
            (("llm", "local", "model_path"), config.llm.local.model_path, "the embedded model is used"),
        )
        for key, name, instead in named:
            # os.path, unlike pathlib, takes a name that is too long for one that is not there.
            if name is None:
                continue
            with contextlib.suppress(NoHomeFolder):  # see unknown_homes
                path = home.resolve(name)
                if not os.path.exists(path):
                    hint = f"Put it at {path}, or set the key to null."
                    yield CrossCheckFinding("note", key, f"{name} is not there: {instead}", hint)

    return probe


def unknown_actors(known: Collection[str]) -> Probe:
    """Warns of settings for an actor that does not exist."""

    def probe(config: Config) -> Iterator[CrossCheckFinding]:
        for address in config.actors:
            if address not in known:
                meant = closest(address, known)
                yield CrossCheckFinding(
                    "warning",
                    ("actors", address),
                    "there is no such actor",
                    meant and f"Did you mean '{meant}'?",
                )

    return probe
