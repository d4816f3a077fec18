"""Reloads the configuration from its source into the running tree, for its actor (actors.configuration.store).

Configurations stay here because they hold secrets; only references and texts leave.
"""

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from actors.configuration.store import Applied, Candidate, Concern, Watching
from config.changes import EVERYTHING, changed_keys, restarts, takes_over_live
from config.home import Home
from config.schema import Config, dump
from config.sections import packed, reveal, section_of, shown_value
from config.syntax.problem import Key, Problem, dotted

log = logging.getLogger(__name__)
ASIDE = frozenset(("actors", "supervision", "logging"))
"""Sections of the tree and the log, which concern no actor."""


class SupervisionTree(Protocol):
    """The running tree, as a reload changes it (supervisor.runtime.live_tree.LiveTree). No method blocks."""

    def living(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """Of every actor that is not down: address, start arguments, and whether it is running."""

    def restart(self, address: str) -> None: ...
    def revise(self, old: Config, new: Config) -> tuple[str, ...]:
        """Change the tree as `new` asks; returns the actors that are moved, started or stopped."""

    def apply(self, old: Config, new: Config, version: int) -> None:
        """Put `new` in force for whatever starts from now on."""


class ReadConfiguration(Protocol):
    """A configuration, or the errors in it (config.layers.source.Reading)."""

    @property
    def config(self) -> Config | None: ...
    @property
    def errors(self) -> tuple[Problem, ...]: ...


class ConfigurationSource(Protocol):
    """Where configurations are read from (config.layers.source.ConfigSource). environ: at the start."""

    @property
    def home(self) -> Home: ...
    @property
    def environ(self) -> Mapping[str, str]: ...
    def read(self, runtime: Sequence[str] = ()) -> ReadConfiguration: ...
    def watch(self, changed: Callable[[], None]) -> Watching: ...
    def save_last_good(self, config: Config) -> None:
        """Save `config` for a start in which the files have errors. Raises OSError."""


class ReloadPreview(NamedTuple):
    """problems: why it would be refused. changes: key, value now, value then; secrets masked. restarts: the actors that
    would be started again (EVERYTHING: Gerald must be, by hand)."""

    problems: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    restarts: tuple[str, ...] = ()


class ConfigurationReload:
    """config, version: in force. unfinished: since `swap` and until `carry_out`.
    source: None for a configuration without files. tree: set before the first reload."""

    tree: SupervisionTree

    def __init__(self, config: Config, source: ConfigurationSource | None = None) -> None:
        self.config = config
        self.version = 1
        self.unfinished = False
        self._plain: tuple[Config, Mapping[str, Any]] | None = None
        self._source = source
        self._started_with = config
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._candidate: Config | None = None
        self._keys: tuple[Key, ...] = ()
        self._runtime: dict[str, str] = {}
        self._proposals: dict[int, dict[str, str]] = {}
        self._trying = 0
        self._numbers = itertools.count(1)
        self._since = time.time()
        self._noted: tuple[tuple[str, ...], tuple[str, ...], float] = ((), (), 0.0)

    @property
    def plain(self) -> Mapping[str, Any]:
        """The configuration in force as plain data, secrets as references to their keys. Do not change it."""
        config, found = self.config, self._plain
        if found is None or found[0] is not config:
            found = self._plain = (config, dump(config))
        return found[1]

    # -- runtime overrides, from any thread

    @property
    def runtime(self) -> dict[str, str]:
        """The runtime overrides in force, by dotted key, as written."""
        return dict(self._runtime)

    def propose(self, key: str, text: str | None) -> int:
        """Propose a runtime override for a reload, or with None its removal; returns the proposal's number."""
        with self._lock:
            number = next(self._numbers)
            others = {name: value for name, value in self._runtime.items() if name != key}
            self._proposals[number] = others if text is None else {**others, key: text}
            return number

    def forget(self, number: int) -> None:
        """Drop a proposal that is not in force."""
        with self._lock:
            self._proposals.pop(number, None)

    # -- for the actor

    def watch(self, changed: Callable[[], None]) -> Watching:
        return self._source.watch(changed) if self._source is not None else contextlib.ExitStack()

    def read(self, proposal: int) -> Candidate:
        # A dead incarnation of the actor may still be reading; the running one reads last.
        with self._reading:
            return self._read(proposal)

    def _read(self, proposal: int) -> Candidate:
        source = self._source
        if source is None:
            return Candidate(problems=("this instance was started without files",) if proposal else ())
        with self._lock:
            runtime = self._proposals.get(proposal, self._runtime)
            self._trying = proposal if proposal in self._proposals else 0
        found = source.read(self._texts(runtime))
        if found.config is None:
            return Candidate(problems=tuple(str(problem) for problem in found.errors))
        self._candidate = found.config
        self._keys = changed_keys(self.config, self._candidate)
        if not self._keys:
            self._adopt_runtime()
        return Candidate(tuple(dotted(key) for key in self._keys))

    def voters(self) -> tuple[Concern, ...]:
        return self._those_concerned(only_running=True)

    def concerned(self) -> tuple[Concern, ...]:
        return self._those_concerned(only_running=False)

    def swap(self) -> int:
        assert self._candidate is not None
        self._old, self.config, self._candidate = self.config, self._candidate, None
        self.version, self._since, self.unfinished = self.version + 1, time.time(), True
        self._adopt_runtime()
        self.tree.apply(self._old, self.config, self.version)
        return self.version

    def drop(self) -> None:
        self._candidate, self._keys = None, ()

    def carry_out(self) -> Applied:
        """Call it after `concerned`, since it forgets the changed keys."""
        keys, self._keys, self.unfinished = self._keys, (), False
        moved = self.tree.revise(self._old, self.config)
        needed = restarts(key for key in keys if key[0] not in ASIDE)
        again = tuple(address for address in needed if address != EVERYTHING and address not in moved)
        for address in again:
            self.tree.restart(address)
        self._save_last_good()
        return Applied((*moved, *again), self._pending())

    def restart(self, address: str) -> None:
        self.tree.restart(address)

    def reveal(self, key: str) -> str:
        """The secret at a dotted key of the candidate, or of the configuration in force if there is none."""
        return reveal(self._candidate or self.config, key)

    def note(self, problems: tuple[str, ...], pending: tuple[str, ...]) -> None:
        self._noted = (problems, pending, time.time() if problems else 0.0)

    # -- for people, from any thread

    def status(self) -> Mapping[str, Any]:
        """Which configuration is in force, since when, and what is wrong with the files. Without secrets."""
        problems, pending, failed_at = self._noted
        return {
            "version": self.version,
            "since": self._since,
            "problems": list(problems),
            "failed_at": failed_at,
            "pending_restart": list(pending),
            "runtime": sorted(self._runtime),
        }

    def difference(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Read the files: their problems, and how they differ from the configuration in force."""
        if self._source is None:
            return (), ()
        found = self._source.read(self._texts(self._runtime))
        if found.config is None:
            return tuple(str(problem) for problem in found.errors), ()
        return (), tuple(
            f"{dotted(key)}: {shown_value(self.config, key)} -> {shown_value(found.config, key)}"
            for key in changed_keys(self.config, found.config)
        )

    def preview(self, key: str, text: str | None) -> "ReloadPreview":
        """What an override of `key` (None: its removal) would change, and start again; nothing is changed. No actor is
        asked, so that one may still refuse it."""
        if self._source is None:
            return ReloadPreview(("this instance was started without files",))
        others = {name: value for name, value in self._runtime.items() if name != key}
        found = self._source.read(self._texts(others if text is None else {**others, key: text}))
        if found.config is None:
            return ReloadPreview(tuple(str(problem) for problem in found.errors))
        keys = changed_keys(self.config, found.config)
        changes = tuple(
            (dotted(one), shown_value(self.config, one), shown_value(found.config, one)) for one in keys
        )
        moved = tuple(str(one[1]) for one in keys if one[0] == "actors" and not takes_over_live(one))
        again = restarts(one for one in keys if one[0] not in ASIDE)
        return ReloadPreview((), changes, tuple(dict.fromkeys((*moved, *again))))

    def sources(self) -> ReadConfiguration | None:
        """What the files and the overrides say now, layer by layer; None without files."""
        return self._source.read(self._texts(self._runtime)) if self._source is not None else None

    # -- inside

    @staticmethod
    def _texts(runtime: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(f"{key}={text}" for key, text in runtime.items())

    def _those_concerned(self, *, only_running: bool) -> tuple[Concern, ...]:
        config = self._candidate or self.config
        live = {section_of(key) for key in self._keys if takes_over_live(key)} - ASIDE
        touched = {section_of(key) for key in self._keys} - ASIDE
        needed = set(restarts(self._keys))
        found = []
        for address, arguments, runs in self.tree.living():
            # An actor that is restarted anyway adopts no change before.
            if (runs or not only_running) and address not in needed and live.intersection(arguments):
                names = tuple(name for name in arguments if name in touched)
                found.append(Concern(address, packed(config, names)))
        return tuple(found)

    def _pending(self) -> tuple[str, ...]:
        """The keys that have changed since Gerald's start and take effect only at the next one."""
        differs = changed_keys(self._started_with, self.config)
        return tuple(dotted(key) for key in differs if EVERYTHING in restarts((key,)))

    def _adopt_runtime(self) -> None:
        with self._lock:
            if self._trying:
                self._runtime = self._proposals.pop(self._trying, self._runtime)
                self._trying = 0

    def _save_last_good(self) -> None:
        if self._source is None:
            return
        try:
            self._source.save_last_good(self.config)
        except OSError as error:
            log.warning("the last good configuration could not be saved: %s", error.strerror or error)

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the start, which names the key of the secrets."""
        return self._source.environ if self._source is not None else {}

    @property
    def home(self) -> Home | None:
        """The home of the files; None without files."""
        return self._source.home if self._source is not None else None
