"""`actors` and `supervision`: where each actor runs, and what happens when one fails."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.schema.section import Section, Size, Tuple, setting

ActorAddress = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$", max_length=100)]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=32)]
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)]


HOST_NAME = r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?"
"""A pattern. It is part of a name in a certificate, so it is no longer, and has no other signs."""

PLACEABLE = frozenset(
    (
        "speech.recognizer",
        "llm.local",
        "speech.synthesizer",
        "vision.detector",
        "vision.reader",
        "vision.depth",
    )
)
"""The actors that keep nothing which outlives a message: only these may run on another machine."""

SHAREABLE = frozenset(("llm.local",))
"""The actors that a service may run for several homes."""


class ActorSettings(Section):
    """How one actor is run."""

    pin: str = setting(
        "thread",
        "thread; process for a process of its own; host:NAME for another machine, host:* for any that has its labels.",
        restarts=(),
        pattern=rf"^(thread|process|host:(\*|{HOST_NAME}))$",
    )
    labels: Tuple[Label] = setting(
        (),
        "With host:*, what a host must be good for: the labels that it must have.",
        restarts=(),
        max_length=16,
    )
    elsewhere: Literal["thread", "process", "wait"] = setting(
        "process",
        "Where it runs while its host is away: thread or process of this machine, or not at all: its messages wait.",
        restarts=(),
    )
    shared: str = setting(
        "",
        "With pin process: the file of a service of this machine that runs it for several homes, relative to the home; "
        "`supervisor fleet` sets it.",
        restarts=(),
        max_length=4096,
    )
    instances: int = setting(1, "How many of it share the work.", restarts=(), ge=1, le=64)
    cpus: Tuple[Annotated[int, Field(ge=0, le=4095)]] = setting(
        (), "The processor cores it may use; none given means all.", restarts=()
    )
    nice: int = setting(0, "Its priority: 19 yields to everything.", restarts=(), ge=-20, le=19)
    routing_key: str = setting(
        "",
        "The message field whose equal values go to the same instance; without one they take turns.",
        restarts=(),
        pattern=r"^[a-z_]*$",
        formerly="balance",
    )
    env: Mapping[EnvironmentName, str] = setting({}, "Environment variables of its process.", restarts=())
    memory_limit: Size = setting(
        0, "Its process is restarted when it holds more; 0 for no limit.", unit="bytes", ge=0, le=2**44
    )
    standby: int = setting(0, "Spare processes that are ready to take over.", restarts=(), ge=0, le=4)
    handler_timeout: float = setting(
        10.0,
        "One message that takes longer means that it hangs.",
        unit="s",
        gt=0.0,
        le=3600.0,
        formerly="patience",
    )


# The heavy ones must not hold the interpreter lock of the others.
PINNED = MappingProxyType(
    {
        address: ActorSettings(pin="process", handler_timeout=60.0)
        for address in ("speech.recognizer", "llm.local", "speech.synthesizer")
    }
    | {address: ActorSettings(pin="process") for address in ("vision.camera", "page")}
    | {
        # What is seen may be known a little later; whoever waits for an answer may not.
        address: ActorSettings(pin="process", nice=19)
        for address in ("vision.detector", "vision.reader", "vision.depth")
    }
)


class Supervision(Section, key="supervision", about="What happens when an actor fails.", place=900):
    """How often an actor may fail, and how long starting and stopping may take."""

    intensity: int = setting(5, "Failures within the period after which a supervisor gives up.", ge=1, le=100)
    period: float = setting(60.0, "The period in which failures count.", unit="s", gt=0.0, le=86400.0)
    backoff_initial: float = setting(
        0.1, "The pause before the second restart; it doubles.", unit="s", ge=0.0, le=60.0
    )
    backoff_max: float = setting(5.0, "The longest pause between restarts.", unit="s", ge=0.0, le=3600.0)
    backoff_reset: float = setting(
        30.0, "After this long without a failure the pauses are short again.", unit="s", gt=0.0, le=86400.0
    )
    start_timeout: float = setting(
        30.0, "How long an actor may take until it is ready.", unit="s", gt=0.0, le=600.0
    )
    stop_timeout: float = setting(1.0, "How long an actor may take to stop.", unit="s", gt=0.0, le=60.0)
