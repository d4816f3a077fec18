"""Finds the installed plugins by their entry points, and refuses what clashes or is not well-formed."""

import importlib.util
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.plugins.errors import ManifestError
from config.plugins.plugin import (
    ACTORS,
    FILE,
    PARTS,
    PLUGINS,
    RESERVED,
    Part,
    Plugin,
    is_name,
    is_part_of,
)

if TYPE_CHECKING:
    from importlib.metadata import PathDistribution

    from config.plugins.manifest import Manifest

MOST = 100  # parts of one plugin
LARGEST_LIST = 1 << 20  # bytes of a file of entry points
_PACKAGE = re.compile(r"[A-Za-z_]\w*")
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


ReadsManifest = Callable[[str], "Manifest"]
"""Reads the manifest of a package; raises ManifestError."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A distribution with entry points of Gerald's groups. entries: (group, name, value)."""

    name: str
    version: str
    entries: tuple[tuple[str, str, str], ...]

    @property
    def label(self) -> str:
        """As pip writes it."""
        return f"{self.name} {self.version}"


@cache
def installed_plugins() -> tuple[Plugin, ...]:
    """Every installed plugin by name, sound or broken. Read once: what is installed later counts at the next start."""
    return judged(tuple(_distributions(sys.path)), _manifest_of)


def plugin_at(address: str) -> Plugin | None:
    """The plugin, sound or broken, whose actor stands at `address`; None for Gerald's own."""
    name = address.partition("/")[0]
    if name.partition(".")[0] in RESERVED:
        return None
    return next((plugin for plugin in installed_plugins() if name in plugin.addresses), None)


def missing_plugin(name: str) -> str:
    """The plugin that an address, or the type of a message, belongs to and that is not installed; "" for none.

    It may be one of the names that only plugins have: with a dot, and a first part that is not Gerald's own."""
    owner, dot, _ = name.partition("/")[0].partition(".")
    if not dot or not is_name(owner):
        return ""
    return "" if any(plugin.name == owner for plugin in installed_plugins()) else owner


def part_named(group: str, name: str) -> tuple[Plugin, Part] | None:
    """The part of that name of a sound plugin."""
    for plugin in installed_plugins():
        for part in plugin.of(group):
            if part.name == name and not plugin.broken:
                return plugin, part
    return None


def judged(found: Sequence[Installed], manifest_of: ReadsManifest) -> tuple[Plugin, ...]:
    """The plugins in these distributions. manifest_of: reads that of a package; raises ManifestError."""
    named = [(_name_of(one), one) for one in found]
    owners: dict[str, list[str]] = defaultdict(list)
    for name, one in named:
        owners[name].append(one.label)
    plugins = (_plugin(name, one, owners[name], manifest_of) for name, one in named)
    return tuple(sorted(plugins, key=lambda plugin: (plugin.name, plugin.distribution)))


def _plugin(name: str, one: Installed, owners: Sequence[str], manifest_of: ReadsManifest) -> Plugin:
    parts = tuple(sorted(Part(*entry) for entry in one.entries if entry[0] != PLUGINS))
    packages = _packages(one)
    plugin = Plugin(name, one.label, parts, packages[0] if packages else "")
    update = f"update {one.name}, or `pip uninstall {one.name}`"
    if len(owners) > 1:
        said = f"two distributions bring a plugin called {name}: {' and '.join(sorted(owners))}"
        return replace(plugin, broken=said, remedy="uninstall one of them")
    if fault := next(_faults(name, one), ""):
        return replace(plugin, broken=fault, remedy=update)
    try:
        manifest = manifest_of(plugin.package)
    except ManifestError as error:
        return replace(plugin, broken=str(error), remedy=update)
    known = {part.name for part in parts if part.group == ACTORS}
    if unknown := sorted(set(manifest.actors) - known):
        said = f"its {FILE} tells of the actor {unknown[0]}, which is no entry point of {ACTORS}"
        return replace(plugin, broken=said, remedy=update)
    return replace(plugin, manifest=manifest)


def _faults(name: str, one: Installed) -> Iterator[str]:
    """What is wrong with its entry points, the first first."""
    packages = _packages(one)
    if len(packages) != 1:
        yield f"it has {len(packages)} entry points of the group {PLUGINS}, and must have one: NAME = PACKAGE"
    if name in RESERVED:
        yield f"the name {name} belongs to Gerald itself"
    elif not is_name(name):
        yield f"{name!r} is no name for a plugin: 2 to 30 lower-case letters and digits, a letter first"
    if not all(map(_PACKAGE.fullmatch, packages)):
        yield f"{packages[0]!r} is not the name of a package without dots"
    if len(one.entries) > MOST:
        yield f"it has {len(one.entries)} entry points, at most {MOST}"
    for group, part, target in one.entries:
        if group == PLUGINS:
            continue
        if group not in PARTS:
            yield f"{group} is no group of entry points that Gerald knows; known are {', '.join(PARTS)}"
        if not is_part_of(name, part):
            yield f"{part} in {group} must be called {name}, or {name}. and a word in lower case"
        if not _TARGET.fullmatch(target):
            yield f"{part} in {group} is {target!r}, and must be module:attribute"


def _packages(one: Installed) -> tuple[str, ...]:
    return tuple(value for group, _, value in one.entries if group == PLUGINS)


def _name_of(one: Installed) -> str:
    """The plugin's name; without its own entry point the first part of another's."""
    own = [name for group, name, _ in one.entries if group == PLUGINS]
    return (own or [name.partition(".")[0] for _, name, _ in one.entries] or [one.name])[0]


def _manifest_of(package: str) -> "Manifest":
    from config.plugins.manifest import read_manifest

    # A module without a dot is found without being imported.
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise ManifestError(f"there is no package {package}, which its entry point of {PLUGINS} names")
    return read_manifest(Path(next(iter(places)), FILE))


def _distributions(path: Iterable[str]) -> Iterator[Installed]:
    """The distributions with a group of ours; of several with one name that which would be imported."""
    seen: set[str] = set()
    for folder in _folders(path):
        # Only here: without a plugin, nobody pays for the import of importlib.metadata.
        from importlib.metadata import PathDistribution

        try:
            one = _installed(PathDistribution(folder))
        except Exception:  # whatever a damaged file makes importlib raise
            one = Installed(folder.name.partition("-")[0], "(damaged)", ())
        if (known := re.sub(r"[-_.]+", "-", one.name).lower()) not in seen:
            seen.add(known)
            yield one


def _installed(found: "PathDistribution") -> Installed:
    entries = ((entry.group, entry.name, entry.value.strip()) for entry in found.entry_points)
    return Installed(
        str(found.metadata["Name"] or "unknown"),
        str(found.version or "0"),
        tuple(entry for entry in entries if entry[0].startswith("gerald.")),
    )


def _folders(path: Iterable[str]) -> Iterator[Path]:
    """The metadata folders on the path whose entry points may be ours, by a look that costs a millisecond."""
    for place in dict.fromkeys(path):
        try:
            found = sorted(one.path for one in os.scandir(place or ".") if _is_metadata(one.name))
        except OSError:
            continue
        yield from (Path(one) for one in found if _mentions_us(os.path.join(one, "entry_points.txt")))


def _is_metadata(name: str) -> bool:
    return name.endswith((".dist-info", ".egg-info"))


def _mentions_us(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return b"[gerald." in file.read(LARGEST_LIST)
    except OSError:
        return False
