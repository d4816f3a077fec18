"""What is installed, and whether it can be used: each plugin is tried in a process of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec

from config.plugins.plugin import Plugin
from config.schema import Config
from supervisor.nodes.plugins import remedy_of
from supervisor.plugins.check import key_of

WITHIN = 20.0
"""Seconds that all imports of one plugin may take."""

ANSWER = 1 << 20
"""Most characters of an answer."""


class PartReport(msgspec.Struct, frozen=True):
    """One thing that a plugin brings. kind: actors, recognizers, synthesizers, pages. broken: why it cannot be used."""

    kind: str
    name: str
    target: str
    broken: str = ""


class PluginReport(msgspec.Struct, frozen=True):
    """state: ok, off (the owner does not want it; it was not tried) or broken. reason: why it is not ok."""

    name: str
    distribution: str
    about: str
    state: str
    reason: str = ""
    remedy: str = ""
    settings: tuple[str, ...] = ()
    parts: tuple[PartReport, ...] = ()


Try = Callable[[Plugin], Mapping[str, str]]
"""Tries a plugin: why each part that cannot be used cannot be, by its key. Raises TrialFailed."""


class TrialFailed(Exception):
    """A plugin ended, or held up, the process in which it was tried."""


def reports(plugins: Sequence[Plugin], config: Config, trial: Try | None = None) -> tuple[PluginReport, ...]:
    """On each plugin, in order; all are tried at once."""
    found: dict[int, PluginReport] = {}

    def look(number: int, plugin: Plugin) -> None:
        found[number] = report_on(plugin, config.plugins.why_off(plugin.name), trial or try_apart)

    threads = [threading.Thread(target=look, args=item, daemon=True) for item in enumerate(plugins)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tuple(found[number] for number in range(len(plugins)))


def report_on(plugin: Plugin, off: str, trial: Try) -> PluginReport:
    """On one. off: why the owner does not want it, "" if it is wanted."""
    if plugin.broken:
        return _report(plugin, "broken", plugin.broken)
    if off:
        return _report(plugin, "off", off)
    try:
        broken = trial(plugin)
    except TrialFailed as failed:
        return _report(plugin, "broken", str(failed))
    reason = next(iter(broken.values()), "")
    return _report(plugin, "broken" if broken else "ok", reason, broken)


def _report(plugin: Plugin, state: str, reason: str, broken: Mapping[str, str] | None = None) -> PluginReport:
    broken = broken or {}
    parts = tuple(
        PartReport(part.group.removeprefix("gerald."), part.name, part.target, broken.get(key_of(part), ""))
        for part in plugin.parts
    )
    remedy = remedy_of(plugin) if state == "broken" else ""
    names = tuple(plugin.settings)
    return PluginReport(plugin.name, plugin.distribution, plugin.about, state, reason, remedy, names, parts)


def try_apart(plugin: Plugin, within: float = WITHIN) -> Mapping[str, str]:
    """Import all that the plugin brings in a process of its own. Raises TrialFailed."""
    command = [sys.executable, "-m", "supervisor.plugins.check", plugin.name]
    environ = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=within, env=environ, check=False
        )
    except subprocess.TimeoutExpired:
        raise TrialFailed(f"it was not imported within {within:g} s") from None
    except OSError as error:
        raise TrialFailed(f"it could not be tried: {error.strerror or error}") from None
    try:
        return msgspec.json.decode(done.stdout[:ANSWER], type=dict[str, str])
    except msgspec.DecodeError:
        raise TrialFailed(f"its import ended the process that tried it (status {done.returncode})") from None
