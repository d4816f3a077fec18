"""A root process with persistence and three domains under load, started and killed by test_killed_store.

Prints what each domain was loaded with, then every change that was acknowledged, one line each. With
TALLY_FAULT=POINT:N it kills itself when the store comes to this point for the Nth time.
"""

import itertools
import os
import queue
import signal
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.kernel.protocol.state import GetState, StateIs, UpdateState
from actors.kernel.state.domain import DomainActor
from actors.persistence.store.database import Database
from config.schema import Config
from supervisor.otp.spec import ChildSpec, Strategy, SupervisorSpec
from supervisor.runtime.runtime import Runtime

DOMAINS = ("users", "tallies", "conversation")
LAST = 50
# Seconds for an answer: the store's owner is killed again and again, perhaps while something else computes.
WITHIN = 100.0


class Tally(msgspec.Struct, frozen=True):
    """count: changes ever made. last: the numbers of the newest of them, in order. by: how many by each writer."""

    count: int = 0
    last: tuple[int, ...] = ()
    by: Mapping[str, int] = {}


class Tallying(DomainActor[Tally]):
    """A domain that refuses everything but the next number."""

    def __init__(self) -> None:
        super().__init__(Tally())

    def validate(self, state: Tally, before: Tally) -> tuple[str, ...]:
        expected = tuple(range(max(0, state.count - LAST), state.count))
        faults = []
        if state.last != expected:
            faults.append(f"last is {state.last[-3:]}, not up to {state.count - 1}")
        if sum(state.by.values()) != state.count:
            faults.append(f"{sum(state.by.values())} changes by writers, {state.count} in all")
        return tuple(faults)


class Users(Tallying):
    domain = "users"


class Tallies(Tallying):
    domain = "tallies"


class Conversation(Tallying):
    domain = "conversation"


def tree(pin: str) -> SupervisorSpec:
    here = "tests.flows.tallying"
    children = (
        ChildSpec(
            "persistence",
            "actors.persistence.persistence:Persistence",
            ("storage", "performance", "home"),
            pin=pin,
        ),
        ChildSpec("users", f"{here}:Users"),
        ChildSpec("tallies", f"{here}:Tallies"),
        ChildSpec("conversation", f"{here}:Conversation"),
    )
    return SupervisorSpec("root", Strategy.ONE_FOR_ONE, children, intensity=1000)


def configuration() -> Config:
    return Config.model_validate(
        {
            "trace": {"enabled": False},
            "storage": {"map_size": 2**20, "snapshot_interval": 0.2, "snapshot_changes": 40},
        }
    )


def one_more(state: Mapping[str, object], writer: str) -> Mapping[str, object]:
    tally = msgspec.convert(state, Tally)
    last = (*tally.last, tally.count)[-LAST:]
    return {"count": tally.count + 1, "last": last, "by": {**tally.by, writer: tally.by.get(writer, 0) + 1}}


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def write(system: Runtime, domain: str, writer: str, failed: "queue.SimpleQueue[BaseException]") -> None:
    """One change after the other, each acknowledged when it is on disk."""
    try:
        while True:
            whole = system.client.answer(domain, GetState(), WITHIN)
            assert isinstance(whole, StateIs)
            changes = one_more(msgspec.json.decode(whole.json), writer)
            update = UpdateState(msgspec.msgpack.encode(changes), whole.version, durable=True)
            answer = system.client.answer(domain, update, WITHIN)
            if type(answer).__name__ in ("Committed", "Updated"):
                version = answer.version  # type: ignore[attr-defined]
                say("acknowledged", domain, version.epoch, version.n, changes["count"])
    except BaseException as error:
        failed.put(error)


def arm(fault: str) -> None:
    point, _, number = fault.rpartition(":")
    passed = itertools.count(1)

    def die(here: str) -> None:
        if here.startswith(point) and next(passed) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    Database.fault = staticmethod(die)  # type: ignore[method-assign]


def main(home: Path, pin: str) -> None:
    if fault := os.environ.get("TALLY_FAULT"):
        arm(fault)
    system = Runtime(configuration(), home, spec=tree(pin))
    system.start()
    assert system.wait_ready(WITHIN), system.status()
    for domain in DOMAINS:
        whole = system.client.answer(domain, GetState(), WITHIN)
        assert isinstance(whole, StateIs)
        say("loaded", domain, whole.version.epoch, whole.version.n, msgspec.json.decode(whole.json)["count"])
    say("pid", system.registry.status("persistence").get("pid", 0))
    failed: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
    for number, domain in enumerate(DOMAINS * 2):
        threading.Thread(target=write, args=(system, domain, f"w{number}", failed), daemon=True).start()
    say("failed", repr(failed.get()))


def in_a_fork(output: int, home: Path, fault: str, pin: str) -> None:
    """The same in a process that was forked from one with everything imported. output: an open file."""
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    os.environ["TALLY_FAULT"] = fault
    main(home, pin)
