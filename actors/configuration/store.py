"""What the configuration's actor needs of its node: the files, the candidate, and whom it concerns."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from config.schema import Config

__all__ = ["Applied", "Candidate", "Concern", "ConfigurationStore", "Watching"]


class Candidate(msgspec.Struct, frozen=True):
    """What a reading made, in words: the configuration itself stays with the desk, since secrets are in it."""

    changed: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Concern(msgspec.Struct, frozen=True):
    """An actor that runs, and the changed sections that it was started with, as JSON without secrets."""

    address: str
    json: bytes


class Applied(msgspec.Struct, frozen=True):
    """What a commit has set going. restarted: actors. pending: dotted keys, of this commit and of
    earlier ones, that wait for a new start of Gerald."""

    restarted: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()


class Watching(Protocol):
    """A watch over the files."""

    def close(self) -> None: ...


class ConfigurationStore(Protocol):
    """`read` alone may block, and is called in a thread of its own; all others return at once.

    Of the candidate there is one at a time: what `read` made last, until `swap` or `drop`.
    """

    @property
    def config(self) -> Config: ...
    @property
    def version(self) -> int: ...
    def watch(self, changed: Callable[[], None]) -> Watching: ...
    def read(self, proposal: int) -> Candidate: ...
    def voters(self) -> tuple[Concern, ...]:
        """Who must agree: those that run and take something over live."""

    def swap(self) -> int:
        """Put the candidate in force; its version."""

    def drop(self) -> None:
        """Forget the candidate."""

    def concerned(self) -> tuple[Concern, ...]:
        """Who must be told after the swap: all that live, or are about to, with something that changed."""

    def carry_out(self) -> Applied:
        """Set going what is not the actors' own affair: restarts, the tree, the log."""

    def restart(self, address: str) -> None:
        """Have an actor started again."""

    def note(self, problems: tuple[str, ...], pending: tuple[str, ...]) -> None:
        """What people should see in the status: why the files are not in force, and what waits for a new start."""
