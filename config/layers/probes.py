"""Checks that need more than the configuration itself: which files exist, which actors there are."""

import os
from collections.abc import Collection, Iterator

from config.home import Home
from config.schema import Config
from config.syntax.suggest import closest
from config.validation.cross_checks import CrossCheckFinding, Probe


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
            if name is not None and not os.path.exists(home.resolve(name)):
                hint = f"Put it at {home.resolve(name)}, or set the key to null."
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
