"""Where a run's configuration comes from: the home, the profile and the overrides of its command line."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from config.home import Home
from config.layers.last_good import write_last_good
from config.layers.layers import load_config, watched
from config.layers.watch import Watch
from config.schema import Config, dump
from config.syntax.errors import LoadError
from config.syntax.problem import Problem
from config.validation.cross_checks import Probe
from config.validation.validate import ValidationResult


class Reading(msgspec.Struct, frozen=True):
    """What one reading of all layers found: a result, or only the errors of a file that cannot be read."""

    result: ValidationResult | None
    errors: tuple[Problem, ...]

    @property
    def config(self) -> Config | None:
        """The configuration; None where it has errors."""
        return self.result.config if self.result is not None else None


@dataclass(frozen=True, slots=True)
class ConfigSource:
    """All that load_config needs, kept for the next reading. `environ` is the environment of the start."""

    home: Home
    profile: str | None = None
    overrides: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    probes: tuple[Probe, ...] = ()

    def read(self, runtime: Sequence[str] = ()) -> Reading:
        """Read and validate everything again. Never raises for the content of the files."""
        try:
            result = load_config(
                self.home,
                profile=self.profile,
                overrides=self.overrides,
                environ=self.environ,
                probes=self.probes,
                runtime=runtime,
            )
        except LoadError as error:
            return Reading(None, error.problems)
        return Reading(result, result.errors)

    def files(self) -> tuple[Path, ...]:
        """Every file that counts, there or not."""
        return watched(self.home, self.profile, self.environ)

    def watch(self, changed: Callable[[], None]) -> Watch:
        """Have `changed` called after every change of those files; until the watch is closed."""
        watch = Watch(self.files, changed)
        watch.start()
        return watch

    def save_last_good(self, config: Config) -> None:
        """Keep `config` for a start with files that have errors. Raises OSError."""
        write_last_good(self.home, config)


def digest_of(config: Config) -> str:
    """32 hexadecimal digits that differ when anything but a secret differs."""
    plain = json.dumps(dump(config), sort_keys=True)
    return hashlib.blake2b(plain.encode(), digest_size=16).hexdigest()
