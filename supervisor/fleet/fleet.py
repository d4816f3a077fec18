"""The file of a fleet: which homes there are, and how each is run."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from config.files import located
from config.schema.supervision import SHAREABLE
from config.syntax.errors import ValidationError
from config.syntax.node import SourceText, YamlNode, find, nearest, plain, problem_at
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, Problem
from config.syntax.suggest import closest
from config.syntax.yaml_reader import decode, parse, read_bytes

FILE = "fleet.yaml"
LAYER = "fleet"
MOST_HOMES = 1000


def _shareable(address: str) -> str:
    if address not in SHAREABLE:
        raise PydanticCustomError(
            "shared", "is run by no service; services run {known}", {"known": ", ".join(sorted(SHAREABLE))}
        )
    return address


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Option = Literal["--text", "--safe", "--strict"]
Shared = Annotated[str, AfterValidator(_shareable)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Entry(_Strict):
    name: Name
    home: Annotated[str, Field(min_length=1, max_length=4096)]
    options: list[Option] = []
    profile: Annotated[str, Field(max_length=100)] = ""
    settings: dict[str, Any] = {}


class _Service(_Strict):
    name: Name
    actors: Annotated[list[Shared], Field(min_length=1)]
    places: Annotated[int, Field(ge=1, le=64)] = 2


class _File(_Strict):
    homes: Annotated[list[_Entry], Field(min_length=1, max_length=MOST_HOMES)]
    options: list[Option] = []
    settings: dict[str, Any] = {}
    services: Annotated[list[_Service], Field(max_length=16)] = []
    at_once: Annotated[int, Field(ge=1, le=64)] = 2
    ready_within: Annotated[float, Field(gt=0, le=3600)] = 120.0
    stop_within: Annotated[float, Field(gt=0, le=3600)] = 75.0


class Member(msgspec.Struct, frozen=True):
    """One home of a fleet. settings: overrides as `--set` takes them, the fleet's first.

    at: the key path of its entry in the file."""

    name: str
    home: Path
    options: tuple[str, ...]
    profile: str
    settings: tuple[str, ...]
    at: Key = ()

    @property
    def arguments(self) -> tuple[str, ...]:
        """What `supervisor` is given to run it."""
        given = (*self.options, *(("--profile", self.profile) if self.profile else ()))
        sets = (part for setting in self.settings for part in ("--set", setting))
        return ("--home", str(self.home), "run", *given, *sets)

    @property
    def is_text(self) -> bool:
        return "--text" in self.options


class ServiceMember(msgspec.Struct, frozen=True):
    """A process that runs actors of all homes of the fleet. home: the folder of its log. places: how many requests its
    model answers at the same time. published: the file by which homes find it."""

    name: str
    home: Path
    published: Path
    actors: tuple[str, ...]
    places: int
    arguments: tuple[str, ...]


class Fleet(msgspec.Struct, frozen=True):
    """What the file says. at_once: how many start or stop at the same time. tree: for the places of problems."""

    path: Path
    members: tuple[Member, ...]
    services: tuple[ServiceMember, ...]
    at_once: int
    ready_within: float
    stop_within: float
    tree: YamlNode

    def chosen(self, names: tuple[str, ...]) -> tuple[Member, ...]:
        """The members with these names, all without any, in the order of the file. Raises LookupError."""
        known = {member.name: member for member in self.members}
        for name in names:
            if name not in known:
                meant = closest(name, known)
                hint = f"; did you mean {meant}?" if meant else f"; it has {', '.join(list(known)[:10])}"
                raise LookupError(f"{self.path} has no home with the name {name}{hint}")
        return tuple(member for member in self.members if not names or member.name in names)

    def problem(self, key: Key, message: str, hint: str = "") -> Problem:
        """An error at `key` of the file, or where what holds it stands."""
        return problem_at(nearest(self.tree, key), key, "error", message, hint=hint)


def read(path: Path) -> Fleet:
    """Raises LoadError for what cannot be read, ValidationError with every mistake in it: file, line and key."""
    shown = str(path)
    data = read_bytes(path, shown, LAYER)
    if data is None:
        hint = "`supervisor fleet init` makes one; --file names another."
        raise refuse(SourceText(LAYER, shown), "there is no such file", hint=hint)
    text = decode(data, shown, LAYER)
    tree = parse(text, SourceText(LAYER, shown, text))
    try:
        given = _File.model_validate(plain(tree))
    except pydantic.ValidationError as error:
        raise ValidationError([_problem(tree, item) for item in error.errors(include_url=False)]) from None
    folder = path.absolute().parent
    services = tuple(_service(path.absolute(), one) for one in given.services)
    shared = {
        f"actors.{actor}.{key}": value
        for one in services
        for actor in one.actors
        for key, value in (("pin", "process"), ("shared", str(one.published)))
    }
    members = tuple(_member(folder, given, entry, number, shared) for number, entry in enumerate(given.homes))
    fleet = Fleet(path, members, services, given.at_once, given.ready_within, given.stop_within, tree)
    if twins := list(_twins(fleet)):
        raise ValidationError(twins)
    return fleet


def _service(path: Path, given: _Service) -> ServiceMember:
    home = path.parent / "services" / given.name
    arguments = ("fleet", "serve", given.name, "--file", str(path))
    published = home.with_name(f"{given.name}.json")
    return ServiceMember(given.name, home, published, tuple(given.actors), given.places, arguments)


def _member(folder: Path, given: _File, entry: _Entry, number: int, shared: Mapping[str, str]) -> Member:
    """shared: settings by which it uses the services, unless it says otherwise."""
    options = tuple(dict.fromkeys((*given.options, *entry.options)))
    settings = {**shared, **dict(flattened(given.settings)), **dict(flattened(entry.settings))}
    home = Path(located(folder, entry.home))
    return Member(
        entry.name,
        home,
        options,
        entry.profile,
        tuple(f"{key}={_text(value)}" for key, value in settings.items()),
        ("homes", number),
    )


def flattened(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each setting with its dotted key; `osc.input_port: 1` and `osc: {input_port: 1}` are the same."""
    for name, value in settings.items():
        key = f"{before}{name}"
        if isinstance(value, Mapping) and value:
            yield from flattened(value, f"{key}.")
        else:
            yield key, value


def _text(value: Any) -> str:
    return "null" if value is None else json.dumps(value, ensure_ascii=False)


def _twins(fleet: Fleet) -> Iterator[Problem]:
    """Names and homes that stand there twice: a disk may not tell `Anna` from `anna`."""
    names: dict[str, str] = {}
    homes: dict[Path, str] = {}
    run_by: dict[str, str] = {}
    called: set[str] = set()
    for number, service in enumerate(fleet.services):
        if service.name.lower() in called:
            yield fleet.problem(("services", number, "name"), "is the name of another service too")
        called.add(service.name.lower())
        for actor in service.actors:
            if (other := run_by.setdefault(actor, service.name)) != service.name:
                yield fleet.problem(("services", number, "actors"), f"{actor} is run by {other} already")
    for member in fleet.members:
        if (other := names.setdefault(member.name.lower(), member.name)) is not member.name:
            yield fleet.problem((*member.at, "name"), f"is the name of another home too ({other})")
        place = member.home.resolve()
        if (other := homes.setdefault(place, member.name)) != member.name:
            yield fleet.problem(
                (*member.at, "home"), f"is the home of {other} too", "Each needs one of its own."
            )


def _problem(tree: YamlNode, item: Any) -> Problem:
    key: Key = ()
    for part in item["loc"]:
        if find(tree, (*key, part)) is None and item["type"] != "missing":
            break
        key = (*key, part)
    node = nearest(tree, key)
    if item["type"] == "extra_forbidden":
        within: dict[str | int, type[BaseModel]] = {"homes": _Entry, "services": _Service}
        fields = within.get(key[0] if len(key) > 1 else "", _File).model_fields
        meant = closest(str(key[-1]), fields)
        hint = f"Did you mean '{meant}'?" if meant else f"Known are {', '.join(fields)}."
        return problem_at(node, key, "error", "unknown key", hint=hint, at_key=True)
    if item["type"] == "missing":
        return problem_at(node, key, "error", "is missing")
    return problem_at(node, key, "error", str(item["msg"]).replace("Input should", "should"))
