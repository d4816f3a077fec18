"""Reads the layers of a home, in the documented order, and validates them together. Only this reads their files."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import msgspec

from config.home import PACKAGE, Home, shown_path
from config.layers.dotenv import Variable
from config.layers.dotenv import parse as parse_dotenv
from config.layers.environment import dotenv_layers, environment_layers, override_layers
from config.layers.former_names import renamed
from config.layers.merge import merge
from config.layers.personas import WATCHED, persona_files, persona_layer, without_replaced
from config.layers.probes import missing_files, unknown_homes
from config.schema import Config
from config.secrets import read_secrets
from config.syntax.errors import LoadError
from config.syntax.mask import printable
from config.syntax.node import SourceText, YamlNode
from config.syntax.parse_error import refuse
from config.syntax.problem import Problem
from config.syntax.suggest import closest
from config.syntax.yaml_reader import decode, parse, read_bytes
from config.validation.cross_checks import Probe
from config.validation.validate import ValidationResult, validate

_PROFILE = re.compile(r"[\w-]+")


def load_config(
    home: Home,
    *,
    profile: str | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str],
    probes: Sequence[Probe] = (),
    runtime: Sequence[str] = (),
) -> ValidationResult:
    """defaults.yaml < profile < config.yaml < .env < environment < secrets.yaml < the persona < data/overrides.yaml <
    overrides < runtime (both `section.key=value`), merged and validated.

    profile: else GERALD_PROFILE (environment, then .env), else none. Raises LoadError for a file that cannot be read
    or parsed, and for an unknown home or profile."""
    if not home.path.is_dir():
        raise refuse(SourceText("home", str(home.path)), "there is no such folder")
    env_source, variables = _read_env(home)
    names = {name: found.value for name, found in variables.items()} | dict(environ)
    below = [
        _defaults(),
        *_profile_layer(home, profile or names.get("GERALD_PROFILE")),
        *_file_layer(home.config_file, "config"),
        *dotenv_layers(variables.values(), env_source),
        *environment_layers(environ),
        *read_secrets(home, environ),
    ]
    above = [
        *_file_layer(home.overrides_file, "overrides", interpolated=False),
        *override_layers(overrides),
        *override_layers(runtime, "supervisor config set"),
    ]
    tree, layers, notes = _merged(home, below, above)
    return validate(tree, names, (unknown_homes, missing_files(home), *probes), layers, notes)


def _merged(
    home: Home, below: Sequence[YamlNode], above: Sequence[YamlNode]
) -> tuple[YamlNode, tuple[YamlNode, ...], tuple[Problem, ...]]:
    """All layers as one tree, each of them, and what is to be said of them; with the persona that they choose."""
    lower, notes = zip(*map(renamed, below), strict=True)
    upper, more = zip(*map(renamed, above), strict=True) if above else ((), ())
    said = tuple(chain.from_iterable((*notes, *more)))
    tree = merge((*lower, *upper))
    found = persona_layer(home, tree)
    if found.layer is None:
        return tree, (*lower, *upper), (*said, *found.problems)
    persona, of_persona = renamed(found.layer)
    under = without_replaced(merge(lower), persona)
    return (
        merge((under, persona, *upper)),
        (*lower, persona, *upper),
        (*said, *of_persona, *found.problems),
    )


def profiles(home: Home) -> tuple[str, ...]:
    """The names of the profiles there are: the package's and the home's own."""
    folders = (PACKAGE / "profiles", home.profiles)
    return tuple(
        sorted({file.stem for folder in folders if folder.is_dir() for file in folder.glob("*.yaml")})
    )


@cache
def _defaults() -> YamlNode:
    (layer,) = _file_layer(PACKAGE / "defaults.yaml", "defaults")
    assert isinstance(layer.value, Mapping)
    # A section may be left out of the file; one whose every key is a comment then lies over nothing at all.
    empty = {name: YamlNode({}, layer.source) for name in Config.model_fields if name not in layer.value}
    return msgspec.structs.replace(layer, value={**layer.value, **empty})


def _profile_layer(home: Home, name: str | None) -> tuple[YamlNode, ...]:
    if not name:
        return ()
    known = profiles(home)
    if name in known:  # as it is written, also on a disk that takes `Testing` for `testing`
        for folder in (home.profiles, PACKAGE / "profiles"):
            if layer := _file_layer(folder / f"{name}.yaml", "profile"):
                return layer
    meant = closest(name, known)
    hint = f"Did you mean '{meant}'?" if meant else f"There are {', '.join(known)}."
    raise refuse(
        SourceText("profile", str(home.profiles)), f"there is no profile '{printable(name)}'", hint=hint
    )


def watched(home: Home, profile: str | None, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Every file that load_config reads for this home, there or not."""
    name = profile or environ.get("GERALD_PROFILE") or _profile_of_env(home)
    own = (home.profiles / f"{name}.yaml",) if name and _PROFILE.fullmatch(name) else ()
    personas = persona_files(home)[:WATCHED]
    return (home.config_file, *own, home.env_file, home.secrets_file, home.overrides_file, *personas)


def _profile_of_env(home: Home) -> str:
    try:
        found = _read_env(home)[1].get("GERALD_PROFILE")
    except LoadError:
        return ""
    return found.value if found is not None else ""


def _file_layer(path: Path, layer: str, *, interpolated: bool = True) -> tuple[YamlNode, ...]:
    shown = shown_path(path)
    data = read_bytes(path, shown, layer)
    if data is None:
        return ()
    text = decode(data, shown, layer)
    return (parse(text, SourceText(layer, shown, text, interpolated=interpolated)),)


def _read_env(home: Home) -> tuple[SourceText, Mapping[str, Variable]]:
    shown = shown_path(home.env_file)
    data = read_bytes(home.env_file, shown, ".env")
    source = SourceText(".env", shown, decode(data, shown, ".env") if data else "")
    return source, parse_dotenv(source)
