"""The health of the disk: whether it works, and what on it was damaged."""

import logging
from collections.abc import Iterable, Mapping

from actors.persistence.store.encryption import KeyUnavailable
from actors.persistence.store.errors import StoreError

log = logging.getLogger(__name__)


class DiskHealth:
    """trouble: why the disk does not work, None when it does. damage: what was found damaged or set aside, by domain,
    "" for the whole database, until a snapshot is written. Only the writer's thread changes them; others may read."""

    def __init__(self) -> None:
        self.trouble: StoreError | None = None
        self.damage: Mapping[str, str] = {}
        self._unreadable: dict[str, KeyUnavailable] = {}
        self._logged = ""

    def failed(self, error: StoreError) -> None:
        """Something could not be read or written."""
        if self._logged != str(error):
            self._logged = str(error)
            log.warning("%s; going on in memory", error)
        self.trouble = error

    def works(self, remaining: StoreError | None = None) -> None:
        """The disk works, except for `remaining` and for states that cannot be decrypted."""
        self.trouble = remaining or next(iter(self._unreadable.values()), None)

    def unreadable(self, domain: str, error: KeyUnavailable) -> None:
        """The state of `domain` cannot be decrypted."""
        self._unreadable[domain] = error

    def readable(self, domain: str) -> None:
        """The state of `domain` could be read."""
        self._unreadable.pop(domain, None)

    def damaged(self, domain: str, what: str) -> None:
        """Something of `domain` is damaged or was set aside."""
        log.warning("%s", what)
        self.damage = {**self.damage, domain: what}  # replaced as a whole: another thread reads it

    def rewritten(self, domains: Iterable[str]) -> None:
        """A snapshot of each of these was written."""
        written = set(domains)
        if written & self.damage.keys():
            self.damage = {
                domain: what for domain, what in self.damage.items() if domain and domain not in written
            }
