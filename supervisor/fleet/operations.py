"""Starting, stopping and updating many homes: a few at a time, and one after another."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import msgspec

from config.home import Home
from config.layers.fallback import fall_back
from config.layers.last_good import read_last_good
from config.layers.source import ConfigSource
from config.syntax.node import find
from config.syntax.problem import Key, Problem
from config.validation.cross_checks import Probe
from supervisor.fleet.collisions import Collision, claims, collisions
from supervisor.fleet.fleet import Fleet, Member
from supervisor.fleet.health import Row, row, worse
from supervisor.fleet.launch import (
    LOOK_EVERY,
    Outcome,
    find_launcher,
    start,
    start_service,
    status,
    stop,
    stop_service,
)
from supervisor.fleet.usage import Usage, family, usage

SAMPLED_FOR = 0.5
"""Seconds for which processor time is measured."""


class Examination(msgspec.Struct, frozen=True):
    """What was found before anything starts. sound: who may start. problems: why the others may not."""

    sound: tuple[Member, ...]
    problems: tuple[Problem, ...]


def examine(fleet: Fleet, members: Sequence[Member], probes: tuple[Probe, ...] = ()) -> Examination:
    """Who among `members` can start: with a home, settings that are valid, and nothing that an earlier one of the file
    has. What is wrong within a home's own files is no reason: its own start deals with it."""
    problems: list[tuple[str, Problem]] = []
    claimed = []
    for member in fleet.members:
        if not member.home.is_dir():
            hint = "Make it, or let `supervisor fleet init` make homes."
            missing = f"the folder {member.home} does not exist"
            problems.append((member.name, fleet.problem((*member.at, "home"), missing, hint)))
            continue
        home = Home(member.home)
        reading = ConfigSource(home, member.profile or None, member.settings, dict(os.environ), probes).read()
        wrong = list(_of_settings(fleet, member, reading.errors))
        problems += [(member.name, found) for found in wrong]
        if reading.result is not None and not wrong:
            config, _ = fall_back(reading.result, read_last_good(home))
            taken = claims(config, member.home, safe="--safe" in member.options)
            claimed.append((member.name, tuple(taken)))
    problems += [(found.later, _of_collision(fleet, found)) for found in collisions(claimed)]
    bad, names = {name for name, _ in problems}, {member.name for member in members}
    return Examination(
        tuple(member for member in members if member.name not in bad),
        tuple(problem for name, problem in problems if name in names),
    )


def _of_collision(fleet: Fleet, found: Collision) -> Problem:
    member = next(one for one in fleet.members if one.name == found.later)
    hint = f"Give {member.name} another {found.claim.setting} in its settings."
    return fleet.problem((*member.at, "settings"), str(found), hint)


def _of_settings(fleet: Fleet, member: Member, errors: Sequence[Problem]) -> Iterator[Problem]:
    """What is wrong with what the fleet's file sets, at its place there."""
    for error in errors:
        if error.layer == "overrides":
            said = f"{error.key}: {error.message}" if error.key else error.message
            yield fleet.problem(_place(fleet, member, error.key), said, error.hint)


def _place(fleet: Fleet, member: Member, key: str) -> Key:
    """Where a home's setting stands: its own or that of all homes; as one dotted key, or nested."""
    places: tuple[Key, ...] = tuple(
        (*root, "settings", *spelled)
        for root in (member.at, ())
        for spelled in ((key,), tuple(key.split(".")))
    )
    return next((place for place in places if find(fleet.tree, place) is not None), member.at)


def start_all(
    fleet: Fleet, members: Sequence[Member], given_up: threading.Event, begins: Callable[[Member], None]
) -> Iterator[Outcome]:
    """Start the services, then these, `at_once` at a time; each outcome as it is known."""
    for service in fleet.services:
        yield start_service(service, fleet.ready_within, given_up)

    def begin(member: Member) -> Outcome:
        if given_up.is_set():
            return Outcome(member.name, False, "was not started")
        begins(member)
        return start(member, fleet.ready_within, given_up)

    yield from _some_at_once(fleet, members, begin)


def stop_all(fleet: Fleet, members: Sequence[Member], begins: Callable[[Member], None]) -> Iterator[Outcome]:
    """Stop them in the same way, last ones first; where they are all, the services after them."""

    def begin(member: Member) -> Outcome:
        begins(member)
        return stop(member, fleet.stop_within)

    yield from _some_at_once(fleet, tuple(reversed(members)), begin)
    if len(members) == len(fleet.members):
        yield from (stop_service(service, fleet.stop_within) for service in reversed(fleet.services))


def _some_at_once(
    fleet: Fleet, members: Sequence[Member], do: Callable[[Member], Outcome]
) -> Iterator[Outcome]:
    with ThreadPoolExecutor(fleet.at_once, thread_name_prefix="fleet") as pool:
        for done in as_completed([pool.submit(do, member) for member in members]):
            yield done.result()


def update_all(
    fleet: Fleet, members: Sequence[Member], given_up: threading.Event, begins: Callable[[Member], None]
) -> Iterator[Outcome]:
    """Restart the services, then those that run, one after another, until one does not come back as well as it was:
    that is the last."""
    for service in fleet.services:
        if find_launcher(service.home) is not None:
            stop_service(service, fleet.stop_within)
            outcome = start_service(service, fleet.ready_within, given_up)
            yield outcome
            if not outcome.well:
                return
    for member in members:
        before = status(member.home)
        if before is None and find_launcher(member.home) is None:
            yield Outcome(member.name, True, "does not run")
            continue
        if given_up.is_set():
            return
        begins(member)
        outcome = _update(fleet, member, before, given_up)
        yield outcome
        if not outcome.well:
            return


def _update(
    fleet: Fleet, member: Member, before: Mapping[str, Any] | None, given_up: threading.Event
) -> Outcome:
    begun = time.monotonic()
    stopped = stop(member, fleet.stop_within)
    if not stopped.well:
        return stopped
    started = start(member, fleet.ready_within, given_up)
    if not started.well:
        return started
    why = _why_unwell(member, before, begun + fleet.ready_within, given_up)
    took = time.monotonic() - begun
    return Outcome(member.name, not why, why or f"updated, {started.said}", took)


def _why_unwell(
    member: Member, before: Mapping[str, Any] | None, deadline: float, given_up: threading.Event
) -> str:
    """Wait until it is as well as before; what is not, "" for nothing. A model is loaded after READY."""
    while True:
        after = status(member.home)
        unwell = worse(before, after) if after is not None else ("it does not answer",)
        if not unwell:
            return ""
        if time.monotonic() >= deadline or given_up.wait(LOOK_EVERY):
            return f"came back less well than before: {', '.join(unwell[:5])}"


def look(members: Sequence[Member]) -> tuple[Row, ...]:
    """What each home does now, and what it uses of the machine; takes half a second."""
    with ThreadPoolExecutor(min(16, max(1, len(members))), thread_name_prefix="fleet") as pool:
        statuses = list(pool.map(lambda member: status(member.home), members))
        told = list(
            pool.map(
                lambda pair: status(pair[0].home, "metrics") if pair[1] is not None else None,
                zip(members, statuses, strict=True),
            )
        )
    families = [family(int(found["pid"])) if found is not None else () for found in statuses]
    before = [usage(one) for one in families]
    threading.Event().wait(SAMPLED_FOR)
    after = [usage(one) for one in families]
    return tuple(
        _row(member, found, more, one, two)
        for member, found, more, one, two in zip(members, statuses, told, before, after, strict=True)
    )


def look_at_services(fleet: Fleet) -> tuple[Row, ...]:
    """The same for the processes that the homes share."""
    found = [(service, find_launcher(service.home)) for service in fleet.services]
    families = [[one, *one.children(recursive=True)] if one is not None else [] for _, one in found]
    before = [usage(one) for one in families]
    threading.Event().wait(SAMPLED_FOR if any(families) else 0.0)
    return tuple(
        Row(
            f"({service.name})",
            str(service.home),
            "serving" if used.processes else "stopped",
            processes=used.processes,
            private=used.private,
            proportional=used.proportional,
            cpu=used.cpu_since(earlier),
        )
        for (service, _), earlier, used in zip(found, before, map(usage, families), strict=True)
    )


def _row(
    member: Member,
    found: Mapping[str, Any] | None,
    told: Mapping[str, Any] | None,
    before: Usage,
    after: Usage,
) -> Row:
    launched = find_launcher(member.home) is not None
    home = str(member.home)
    return row(member.name, home, found, told, after, after.cpu_since(before), launched=launched)
