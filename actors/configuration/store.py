"""What the configuration's actor needs of the runtime: the files, the candidate, and the actors concerned."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from config.schema import Config


class Candidate(msgspec.Struct, frozen=True):
    """What was read, in words; the configuration itself, with its secrets, stays in the store."""

    changed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Concern(msgspec.Struct, frozen=True):
    """A running actor, and its sections that have changed, as JSON without secrets."""

    address: str
    json: bytes


class Applied(msgspec.Struct, frozen=True):
    """What a commit does. restarted: actors. pending: dotted keys that wait for a restart of Gerald."""

    restarted: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class Watching(Protocol):
    """A watch over the files."""

    def close(self) -> None: ...


class ConfigurationStore(Protocol):
    """Holds one candidate at a time: what `read` read last, until `swap` or `drop`. Only `read` may block; it is
    called in another thread."""

    @property
    def config(self) -> Config: ...
    @property
    def version(self) -> int: ...
    @property
    def unfinished(self) -> bool:
        """Whether a configuration was put in force, and not carried out: `concerned` still names whom to tell."""

    def watch(self, changed: Callable[[], None]) -> Watching: ...
    def read(self, proposal: int) -> Candidate: ...
    def voters(self) -> tuple[Concern, ...]:
        """The running actors that must agree."""

    def swap(self) -> int:
        """Put the candidate in force; its version."""

    def drop(self) -> None:
        """Forget the candidate."""

    def concerned(self) -> tuple[Concern, ...]:
        """The actors to tell after the swap: all that run, or are being started, with changed sections."""

    def carry_out(self) -> Applied:
        """Carry out what actors cannot do themselves: restarts, changes of the tree and of logging."""

    def restart(self, address: str) -> None:
        """Restart an actor."""

    def note(self, problems: tuple[str, ...], pending: tuple[str, ...]) -> None:
        """Show in the status why the files are not in force, and what waits for a restart."""
