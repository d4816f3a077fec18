"""Child specifications, in Erlang/OTP's terms: what to run, when to restart it, and when to give up."""

import enum
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from actors.kernel.mailbox import Full
from actors.vocabulary.backoff import Backoff


class Restart(enum.StrEnum):
    """PERMANENT: always. TRANSIENT: after a failure only. TEMPORARY: never."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"
    TEMPORARY = "temporary"


class Strategy(enum.StrEnum):
    """Which children are restarted when one fails: it alone, all, or it and those started after it."""

    ONE_FOR_ONE = "one_for_one"
    ONE_FOR_ALL = "one_for_all"
    REST_FOR_ONE = "rest_for_one"


class Start(enum.StrEnum):
    """IN_ORDER: each child starts when the previous one is ready. AT_ONCE: no child waits for another.

    A supervisor that starts AT_ONCE is ready as soon as its children are launched: models load in parallel, and nothing
    waits for a device. The children's health says when they can work.
    """

    IN_ORDER = "in_order"
    AT_ONCE = "at_once"


class OnGiveUp(enum.StrEnum):
    """After too many failures: fail as well, or leave the child down and retry slowly."""

    ESCALATE = "escalate"
    DEGRADE = "degrade"


class ProcessSettings(msgspec.Struct, frozen=True):
    """How a pinned actor's process runs. env: sorted pairs. standby: number of preloaded standby processes.

    shared: the file of the service that runs it in place of a process of its own; "" for none."""

    cpus: tuple[int, ...] = ()
    nice: int = 0
    env: tuple[tuple[str, str], ...] = ()
    standby: int = 0
    shared: str = ""


class ChildSpec(msgspec.Struct, frozen=True):
    """One actor.

    actor: "module:Class". arguments: names of its constructor's arguments. pin: `thread`, `process` or `host:NAME`.
    instances: how many replicas share the work, in turn or by the value of the message field `routing_key`.
    replica_of: the address of which this is a replica.
    handler_timeout: seconds on one message, or without a sign of life, after which the actor counts as hung.
    memory_limit: bytes that a pinned actor's process may hold, 0 for no limit. capacity, full: of the mailbox.
    disabled_reason: why the actor does not run at all (switched off, say); "" if it does.
    osc: the VRChat parameters it receives (patterns as in actors.osc.messages.SubscribeParameters).
    subscribers: all `osc` of the tree, for an actor with "subscribers" among its arguments.
    sense: it reports what happens in the world, which a live replay does in its place.
    late: nobody waits for it at the start.
    placeable: it may run on another machine, with pin `host:NAME`, or `host:*` for any that has its `labels`.
    elsewhere: where it runs while no such machine is there: thread, process, or wait (not at all).
    """

    address: str
    actor: str
    arguments: tuple[str, ...] = ()
    restart: Restart = Restart.PERMANENT
    pin: str = "thread"
    process: ProcessSettings = ProcessSettings()
    instances: int = 1
    routing_key: str = ""
    handler_timeout: float = 10.0
    memory_limit: int = 0
    replica_of: str = ""
    start_timeout: float = 30.0
    stop_timeout: float = 1.0
    capacity: int = 1024
    full: Full = Full.REJECT
    disabled_reason: str = ""
    osc: tuple[str, ...] = ()
    subscribers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sense: bool = False
    late: bool = False
    placeable: bool = False
    labels: tuple[str, ...] = ()
    elsewhere: str = "process"


class SupervisorSpec(msgspec.Struct, frozen=True):
    """A supervisor and its children in start order. It gives up after more than `intensity` failures in `period` s."""

    address: str
    strategy: Strategy
    children: "tuple[ChildSpec | SupervisorSpec, ...]"
    start: Start = Start.IN_ORDER
    intensity: int = 5
    period: float = 60.0
    backoff: Backoff = Backoff()
    on_give_up: OnGiveUp = OnGiveUp.ESCALATE
    restart: Restart = Restart.PERMANENT
    start_timeout: float = 60.0
    stop_timeout: float = 4.0
    disabled_reason: str = ""


def replicas(spec: ChildSpec) -> tuple[ChildSpec, ...]:
    """An actor's further instances, `detector/2`, `detector/3`... The first keeps the plain address and its mail."""
    return tuple(
        msgspec.structs.replace(spec, address=f"{spec.address}/{n}", instances=1, replica_of=spec.address)
        for n in range(2, spec.instances + 1)
    )


def with_replicas(children: Iterable[ChildSpec | SupervisorSpec]) -> tuple[ChildSpec | SupervisorSpec, ...]:
    """The children with all their instances, in start order."""
    found = ((child, *replicas(child)) if isinstance(child, ChildSpec) else (child,) for child in children)
    return tuple(chain.from_iterable(found))


def walk(spec: SupervisorSpec) -> tuple[ChildSpec, ...]:
    """Every actor below `spec`, in start order."""
    found = (walk(child) if isinstance(child, SupervisorSpec) else (child,) for child in spec.children)
    return tuple(chain.from_iterable(found))


def supervisors(spec: SupervisorSpec) -> Iterator[SupervisorSpec]:
    """`spec` and every supervisor below it, each before its children."""
    yield spec
    for child in spec.children:
        if isinstance(child, SupervisorSpec):
            yield from supervisors(child)
