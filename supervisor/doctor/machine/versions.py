"""Which Gerald, Python and packages these are, and whether the packages are those that Gerald is tested with."""

import importlib.metadata
import locale
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.format import count
from supervisor import cpp_runtime
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

LISTS = ("run.txt", "weights.txt")
LEAST = (3, 11)
SHOWN = 6
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;)?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """installed: the version of each package. wanted: those that it may have, which depend on Python and system; empty
    where there is no list. optional: those of the list that
    only some systems need. encoding: of the terminal and of the file names. lacking: of the libraries of C++."""

    gerald: str
    python: tuple[int, int, int]
    system: str
    installed: Mapping[str, str]
    wanted: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()
    encoding: tuple[str, str] = ("utf-8", "utf-8")
    virtual: bool = True
    lacking: tuple[str, ...] = ()


def gather(subject: Subject) -> VersionFacts:
    """Reads the names of the installed packages; imports none of them."""
    installed = {
        _plain(one.metadata["Name"]): one.version
        for one in importlib.metadata.distributions()
        if one.metadata["Name"]
    }
    pins = [match for name in LISTS for match in _PINNED.finditer(_read(subject.lock / name))]
    return VersionFacts(
        installed.get("gerald", "unknown"),
        sys.version_info[:3],
        platform.platform(terse=True),
        installed,
        _by_name(pins),
        frozenset(_plain(pin[1]) for pin in pins if pin[3]),
        (locale.getpreferredencoding(False).lower(), sys.getfilesystemencoding().lower()),
        sys.prefix != sys.base_prefix,
        cpp_runtime.missing(),
    )


def _by_name(pins: Sequence[re.Match[str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pin in pins:
        found[_plain(pin[1])] = (*found.get(_plain(pin[1]), ()), pin[2])
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def judge(facts: VersionFacts) -> Findings:
    """Another version than the list's is worth knowing; a missing package is a problem."""
    python = ".".join(map(str, facts.python))
    head = ok(f"Gerald {facts.gerald}, Python {python}, {facts.system}")
    return (head, *_python(facts), *_packages(facts), *_libraries(facts), *_encoding(facts))


def _python(facts: VersionFacts) -> Iterator[Finding]:
    if facts.python[:2] < LEAST:
        least = ".".join(map(str, LEAST))
        yield problem(
            f"this Python is older than {least}", f"install Python {least} or newer, and run `make setup`"
        )


def _packages(facts: VersionFacts) -> Iterator[Finding]:
    if not facts.wanted:
        yield ok("packages: there is no list to compare with in an installed wheel")
        return
    missing = sorted(facts.wanted.keys() - facts.installed.keys() - facts.optional)
    others = sorted(
        f"{name} {facts.installed[name]} instead of {' or '.join(versions)}"
        for name, versions in facts.wanted.items()
        if facts.installed.get(name, versions[0]) not in versions
    )
    if missing:
        yield problem(f"packages are missing: {_some(missing)}", "`make setup` installs them")
    if others:
        yield note(
            f"not as Gerald is tested with: {_some(others)}",
            "remove .venv and run `make setup`",
        )
    if not (missing or others):
        yield ok(f"{count(len(facts.wanted), 'package')} as Gerald is tested with")


def _libraries(facts: VersionFacts) -> Iterator[Finding]:
    if facts.lacking:
        what = f"this machine lacks {', '.join(facts.lacking)}, without which models cannot be loaded"
        yield problem(what, cpp_runtime.REMEDY)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _encoding(facts: VersionFacts) -> Iterator[Finding]:
    bad = [name for name in dict.fromkeys(facts.encoding) if name.replace("-", "") not in ("utf8", "utf8mb4")]
    if bad:
        said = f"texts of this system are in {' and '.join(bad)}: letters that it lacks are shown as codes"
        windows = facts.system.startswith("Windows")
        yield note(
            said, "set PYTHONUTF8 to 1" if windows else "set LANG to a locale of UTF-8, such as C.UTF-8"
        )
