"""Ports, devices, databases and writers: they belong to an address or a path of this process, not to one incarnation.

A resource outlives a crash: the successor takes it over as it is, and the previous owner, which is fenced, lets go when
it notices. While a thread hangs in a driver, nothing is closed under it.
"""

import os
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


@dataclass(eq=False)
class Resource(Generic[K, R]):
    """owner: the only user of `value`; it holds `in_use` while it uses it, in any thread."""

    key: K
    value: R
    owner: object = None
    in_use: threading.Lock = field(default_factory=threading.Lock)

    def is_owned_by(self, owner: object) -> bool:
        """False as soon as a successor has taken it over, or the owner has left."""
        return self.owner is owner

    def begin_use(self, owner: object, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the end of the previous use; False when it did not end, or `owner` lost the
        ownership. After True the owner must call `end_use`, in any thread."""
        if not self.in_use.acquire(timeout=timeout):
            return False
        if self.owner is owner:
            return True
        self.in_use.release()
        return False

    def end_use(self) -> None:
        """End the use: a waiting successor may begin."""
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
        """Open the resource at `key`, or take it over for `owner` (None: shared). Raises what `opening` raises."""
        with self._guard:
            resource = self._known.get(key)
            if resource is None:
                resource = self._known[key] = Resource(key, opening())
            resource.owner = owner
        return resource

    def leave(self, key: K, owner: object, timeout: float = 0.0) -> bool:
        """Close the resource, unless a successor has taken it over from `owner`. False if it is still used after
        `timeout` seconds: then it stays open for a successor, since a thread waits for it."""
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
