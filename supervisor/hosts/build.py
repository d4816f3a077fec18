"""What a machine runs: its code and its models, so that two machines see before they work together that they match."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from config.files import list_path
from config.home import PACKAGE
from config.models import ModelError, ModelFile, ModelMissing, load_models, verify

WIRE_VERSION = 1
"""Of what is sent between a home and its hosts. A greater one is not understood by a smaller."""
CACHE = "models.verified.json"
_PACKAGES = ("actors", "config", "supervisor")
_KINDS = (".py", ".yaml")
_OWN = frozenset(("config.yaml", "secrets.yaml"))
"""An owner's, in a checkout that is a home too."""


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """gerald: the version of the package. code: a digest of every file of it. models: the sum that is listed for each
    file. absent: those that come on request and did not, by their names. damaged: a line for each that is not as it is
    listed."""

    gerald: str
    code: str
    wire: int
    models: Mapping[str, str]
    absent: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


class Mismatch(msgspec.Struct, frozen=True):
    """what: in which respect the host is not as the home. remedy: what to do on the host."""

    what: str
    remedy: str


def build_of(data: Path) -> Build:
    """This machine's. Reads every model whose sum was not computed since it changed, which can take seconds. Raises
    LoadError for the list of models itself.

    data: the home's, where the sums that were computed are kept."""
    listed = load_models(list_path())
    absent, damaged = [], []
    for model in listed:
        try:
            verify(model, data / CACHE)
        except ModelMissing as error:
            if model.extra:
                absent.append(_name(model))
            else:
                damaged.append(str(error))
        except ModelError as error:
            damaged.append(str(error))
    return Build(
        gerald=_version(),
        code=code_version(),
        wire=WIRE_VERSION,
        models=_sums(listed),
        absent=tuple(absent),
        damaged=tuple(damaged),
    )


def model_sums() -> Mapping[str, str]:
    """The sums that are listed, by slot and path. Raises LoadError."""
    return _sums(load_models(list_path()))


@cache
def code_version() -> str:
    """A digest of every file of Gerald's code: 32 hex digits. It differs where anything may behave differently."""
    root, digest = PACKAGE.parent, hashlib.sha256()
    for file in sorted(_files(root)):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).digest())
    return digest.hexdigest()[:32]


def mismatches(home: Build, host: Build) -> tuple[Mismatch, ...]:
    """What keeps the host from working for the home; empty when nothing does. Pure."""
    if home.wire != host.wire:
        newer = "this host" if host.wire > home.wire else "the home"
        what = f"{newer} speaks a newer wire ({max(home.wire, host.wire)} beside {min(home.wire, host.wire)})"
        return (Mismatch(what, _same_code(home)),)
    found = []
    if home.code != host.code:
        found.append(
            Mismatch(f"the code differs: {_shown(host)} here, {_shown(home)} at the home", _same_code(home))
        )
    others = sorted(name for name, total in host.models.items() if home.models.get(name, total) != total)
    lacking = sorted(home.models.keys() - host.models.keys())
    if others or lacking:
        what = f"the list of models differs: {_listed((*others, *lacking))}"
        found.append(Mismatch(what, "use the Models/models.yaml of the home, then `make setup`"))
    for line in host.damaged:
        what, _, remedy = line.rpartition("; ")
        found.append(Mismatch(what or line, remedy if what else "`make setup`"))
    return tuple(found)


def lacking(home: Build, host: Build) -> tuple[str, ...]:
    """Models that come on request, which the home has and the host has not: actors that need them cannot run there."""
    return tuple(sorted(set(host.absent) - set(home.absent)))


def _files(root: Path) -> Iterator[Path]:
    for package in _PACKAGES:
        for file in (root / package).rglob("*"):
            if file.suffix in _KINDS and file.name not in _OWN and file.is_file():
                yield file


def _sums(listed: tuple[ModelFile, ...]) -> dict[str, str]:
    return {_name(model): model.sha256 for model in listed}


def _name(model: ModelFile) -> str:
    return f"{model.slot}/{model.path}"


def _shown(build: Build) -> str:
    return f"{build.gerald} ({build.code[:8]})"


def _same_code(home: Build) -> str:
    return f"bring both to the same version of Gerald ({_shown(home)} is the home's), then join again"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _version() -> str:
    try:
        return version("gerald")
    except PackageNotFoundError:
        return "unknown"
