"""What belongs to an address or a path of this process, and not to the incarnation that uses it: ports, devices,
databases and their writers.

A resource outlives a crash. The successor takes it over, as it is, so that it never meets "address in use" nor opens
a second one beside it. Whoever had it before is fenced: it is no longer the owner, and lets go when it sees that.
A thread that hangs in a driver keeps the resource, and nothing is closed under it, until the driver returns.
"""

import os
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

__all__ = ["Resource", "Resources", "path_key"]

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


@dataclass(eq=False)
class Resource(Generic[K, R]):
    """One of them. `owner` is the one that may use `value`; it holds `in_use` while it does, in any thread."""

    key: K
    value: R
    owner: object = None
    in_use: threading.Lock = field(default_factory=threading.Lock)

    def is_owned_by(self, owner: object) -> bool:
        """False from the moment on at which a successor has taken it over, or the owner has left."""
        return self.owner is owner

    def begin_use(self, owner: object, timeout: float) -> bool:
        """Wait up to `timeout` seconds until whoever used it before has ended; False when it did not, or when `owner`
        is not the owner any more. After True the owner calls `end_use`, in whichever thread.
        """
        if not self.in_use.acquire(timeout=timeout):
            return False
        if self.owner is owner:
            return True
        self.in_use.release()
        return False

    def end_use(self) -> None:
        """It is not touched any more; a successor that waits may begin."""
        self.in_use.release()


class Resources(Generic[K, R]):
    """All resources of one kind in this process, one for each key. Thread-safe.

    close: called with a resource's value when its last owner leaves.
    """

    def __init__(self, close: Callable[[R], object] = lambda _: None) -> None:
        self._close = close
        self._guard = threading.Lock()
        self._known: dict[K, Resource[K, R]] = {}

    def take(self, key: K, owner: object, opening: Callable[[], R]) -> Resource[K, R]:
        """The resource at `key`, which is `owner`'s from now on: opened, or taken over. Raises what `opening` raises.

        owner: None for what several share, and one closes.
        """
        with self._guard:
            resource = self._known.get(key)
            if resource is None:
                resource = self._known[key] = Resource(key, opening())
            resource.owner = owner
        return resource

    def leave(self, key: K, owner: object, timeout: float = 0.0) -> bool:
        """Let it go and close it, unless somebody else has taken it over from `owner`. False if it is still used.

        What is used for more than `timeout` seconds longer stays open, for a successor to take over: it must not be
        closed under a thread that waits for it, nor opened twice.
        """
        with self._guard:
            resource = self._known.get(key)
            if resource is None or resource.owner is not owner:
                return True
            resource.owner = None
        if not resource.in_use.acquire(timeout=timeout):
            return False
        try:
            with self._guard:
                if resource.owner is None and self._known.get(key) is resource:
                    del self._known[key]
                    self._close(resource.value)
        finally:
            resource.in_use.release()
        return True


def path_key(path: Path) -> str:
    """The key of what belongs to a file or folder, however it is written."""
    return os.path.normcase(path.resolve())
