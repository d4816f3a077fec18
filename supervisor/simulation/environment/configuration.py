"""A simulated source of the configuration, in place of files."""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from config.home import Home
from config.schema import Config
from config.syntax.problem import Problem
from supervisor.otp.spec import walk
from supervisor.tree import tree

HOME = Path("a simulated home")

HANDLER_TIMEOUTS = {"thread": 2.0, "process": 4.0}


GUARDED = 4
"""One of so many seeds runs with `GUARDS`, and an owner who blocks people."""

LISTED, INSTEAD = "grobnik", "Let us talk about the weather."
FIRST, SPARE = "http://127.0.0.1:1/v1", "http://127.0.0.1:2/v1"
GUARDS: Mapping[str, Any] = {
    "safety": {"words": [LISTED], "instead": INSTEAD},
    "llm": {
        "models": [{"name": "first", "base_url": FIRST}, {"name": "spare", "base_url": SPARE}],
        "local": {"model_path": "there/is/none.gguf"},
    },
}
"""A list of words, and two servers, of which the second never fails."""

MODERATED = 8
SEEING = 8
HOSTED = 8
"""One of so many seeds runs with `JUDGED`, one with open eyes, and one with workers on another machine."""

FLAGGED = "spitefulness"
JUDGED: Mapping[str, Any] = {"instead": INSTEAD, "moderation": {"base_url": "http://127.0.0.1:3/v1"}}
"""A server that judges what is said; what it does not judge is withheld."""


def is_guarded(seed: int) -> bool:
    """Whether this seed runs with `GUARDS`."""
    return seed % GUARDED == GUARDED - 1


def is_moderated(seed: int) -> bool:
    """Whether this seed runs with `JUDGED`."""
    return seed % MODERATED == MODERATED - 3


def is_hosted(seed: int) -> bool:
    """Whether in this seed the actors in processes run on another machine."""
    return seed % HOSTED == 6


def is_seeing(seed: int) -> bool:
    """Whether in this seed the eyes are open."""
    return seed % SEEING == 1


def rude_word(seed: int) -> str:
    """What the model says now and then in this seed and must never be said; "" for nothing."""
    return LISTED if is_guarded(seed) else FLAGGED if is_moderated(seed) else ""


def configuration(*, guarded: bool = False, moderated: bool = False, seeing: bool = False) -> Config:
    """A model at a server, short timeouts, and no files except those of the simulation.

    guarded: with `GUARDS`. moderated: with `JUDGED`. seeing: with open eyes."""
    actors = {
        child.address: {"pin": child.pin, "handler_timeout": HANDLER_TIMEOUTS[child.pin]}
        for child in walk(tree(Config()))
        if not child.disabled_reason
    }
    return Config.model_validate(
        {
            "plugins": {"enabled": False},  # nothing of others runs in this process
            "llm": {"base_url": FIRST, "model": "simulated", **(GUARDS["llm"] if guarded else {})},
            "safety": GUARDS["safety"] if guarded else JUDGED if moderated else {},
            "computer_vision": {"enabled": seeing},
            "trace": {"enabled": False},
            "osc": {"query": "off", "avatar_folder": "there is none"},
            # At this level no sample of an answer becomes the sign of another one.
            "speech": {"interruption": {"quieter": 11.0}},
            "storage": {"backup_interval": 0.0, "snapshot_changes": 40},
            "actors": actors,
        }
    )


@cache
def _made(*, guarded: bool, moderated: bool, seeing: bool) -> Config:
    return configuration(guarded=guarded, moderated=moderated, seeing=seeing)


def configured(seed: int) -> Config:
    """The configuration of this seed."""
    return _made(guarded=is_guarded(seed), moderated=is_moderated(seed), seeing=is_seeing(seed))


class _Found(msgspec.Struct, frozen=True):
    """One reading (supervisor.runtime.config_reload.ReadConfiguration)."""

    config: Config | None
    errors: tuple[Problem, ...] = ()


class SimulatedSource:
    """In place of the configuration's files (supervisor.runtime.config_reload.ConfigurationSource). config: their
    contents. saved: to be called when they have changed."""

    environ: Mapping[str, str] = {}

    def __init__(self, config: Config) -> None:
        self.config = config
        self.home = Home(HOME)
        self.broken = False
        self.saved: Callable[[], None] = lambda: None

    def change(self, section: str, dice: random.Random) -> None:
        """Change the configuration as if a file were saved; `saved` is still to be called."""
        self.broken = section == "broken"
        if section in _CHANGES:
            name, changes = _CHANGES[section](self.config, dice)
            changed = getattr(self.config, name).model_copy(update=changes)
            self.config = self.config.model_copy(update={name: changed})

    def read(self, runtime: Sequence[str] = ()) -> _Found:
        """See config.layers.source.ConfigSource."""
        problem = Problem("error", "the simulated file is half written")
        return _Found(None, (problem,)) if self.broken else _Found(self.config)

    def watch(self, changed: Callable[[], None]) -> "SimulatedSource":
        """Set `saved` to `changed`."""
        self.saved = changed
        return self

    def close(self) -> None:
        """End the watch."""
        self.saved = lambda: None

    def save_last_good(self, config: Config) -> None:
        """Nothing is written."""


_CHANGES: dict[str, Callable[[Config, random.Random], tuple[str, dict[str, Any]]]] = {
    "bot": lambda _, dice: ("bot", {"personality": f"friendly {dice.randrange(9)}"}),
    "speech": lambda _, dice: ("speech", {"first_clause_words": dice.randint(2, 9)}),
    "performance": lambda _, dice: ("performance", {"max_concurrent_requests": dice.randint(1, 5)}),
    "llm": lambda _, dice: ("llm", {"temperature": dice.randrange(9) / 10}),
    "osc": lambda config, _: ("osc", {"output_port": 19_000 - config.osc.output_port}),
    "supervision": lambda _, dice: ("supervision", {"backoff_max": float(dice.randint(4, 8))}),
    "voice": lambda _, dice: ("speech", {"synthesizer_threads": dice.randint(1, 4)}),
}
