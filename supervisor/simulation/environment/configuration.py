"""The simulated configuration: a source in memory that can change, in place of files."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from config.schema import Config
from config.syntax.problem import Problem
from supervisor.runtime.config_reload import ConfigurationReload, SupervisionTree

__all__ = ["SimulatedReload", "SimulatedSource", "configuration"]

PATIENCE, PINNED_PATIENCE = 2.0, 4.0


def configuration() -> Config:
    """A model at a server, no vision, no files, and patience that is short enough to run out."""
    pinned = {
        address: {"pin": "process", "patience": PINNED_PATIENCE}
        for address in ("speech.recognizer", "llm.local", "speech.synthesizer")
    }
    light: tuple[str, ...] = (
        "conversation",
        "users",
        "world",
        "avatar",
        "system",
        "configuration",
        "persistence",
        "llm",
    )
    light += ("osc.receiver", "osc.sender", "world.log", "audio.microphone", "audio.speaker")
    return Config.model_validate(
        {
            "llm": {"base_url": "http://127.0.0.1:1/v1", "model": "simulated"},
            "trace": {"enabled": False},
            "storage": {"backup_interval": 0.0, "snapshot_changes": 40},
            "actors": pinned | {address: {"patience": PATIENCE} for address in light},
        }
    )


class _Found(msgspec.Struct, frozen=True):
    """What one reading found (config.layers.source.Reading, and its result)."""

    config: Config | None
    errors: tuple[Problem, ...] = ()

    @property
    def result(self) -> "_Found":
        """Itself."""
        return self


class SimulatedSource:
    """In place of the configuration's files. config: what is in them; None while they cannot be read."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.broken = False

    def change(self, section: str, dice: random.Random) -> None:
        """Somebody saves another configuration."""
        self.broken = section == "broken"
        if section in _CHANGES:
            name, changes = _CHANGES[section](self.config, dice)
            changed = getattr(self.config, name).model_copy(update=changes)
            self.config = self.config.model_copy(update={name: changed})

    def read(self, runtime: Sequence[str] = ()) -> _Found:
        """See config.layers.source.ConfigSource."""
        if self.broken:
            return _Found(None, (Problem("error", "the simulated file is half written"),))
        return _Found(self.config)


_CHANGES: dict[str, Callable[[Config, random.Random], tuple[str, dict[str, Any]]]] = {
    "bot": lambda _, dice: ("bot", {"personality": f"friendly {dice.randrange(9)}"}),
    "speech": lambda _, dice: ("speech", {"first_clause_words": dice.randint(2, 9)}),
    "performance": lambda _, dice: ("performance", {"max_concurrent_requests": dice.randint(1, 5)}),
    "llm": lambda _, dice: ("llm", {"temperature": dice.randrange(9) / 10}),
    "osc": lambda config, _: ("osc", {"output_port": 19_000 - config.osc.output_port}),
    "supervision": lambda _, dice: ("supervision", {"backoff_max": float(dice.randint(4, 8))}),
    "voice": lambda _, dice: ("speech", {"synthesizer_threads": dice.randint(1, 4)}),
}


class SimulatedReload(ConfigurationReload):
    """The real reload over a simulated source. saved: call it when the source has changed."""

    def __init__(self, config: Config, house: SupervisionTree, source: SimulatedSource) -> None:
        super().__init__(config, house, source)  # type: ignore[arg-type]
        self.saved: Callable[[], None] = lambda: None

    def watch(self, changed: Callable[[], None]) -> "SimulatedReload":
        self.saved = changed
        return self

    def close(self) -> None:
        """End the watch."""
        self.saved = lambda: None

    def _remember(self) -> None:
        """Write nothing."""
