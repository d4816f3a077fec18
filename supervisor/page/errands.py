"""Errands: what takes longer than a browser waits. Each runs on a thread of its own; its outcome is kept."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supervisor.page.commands import CommandFailed

log = logging.getLogger(__name__)
AT_ONCE = 2
KEPT = 32


class TooManyErrands(Exception):
    """Others must end first."""


@dataclass(frozen=True, slots=True)
class Errand:
    """begun, ended: epoch seconds; 0.0 while it is under way. outcome: what came of it. why: that nothing did."""

    begun: float
    ended: float = 0.0
    outcome: Any = None
    why: str = ""


class Errands:
    """For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Errand] = {}

    def start(self, name: str, work: Callable[[], Any]) -> Errand:
        """Begin it, unless it is under way already. Raises TooManyErrands."""
        with self._lock:
            known = self._known.get(name)
            if known is not None and not known.ended:
                return known
            if sum(not one.ended for one in self._known.values()) >= AT_ONCE:
                raise TooManyErrands(
                    f"{AT_ONCE} things are being looked at already; try again when one is done"
                )
            errand = self._known[name] = Errand(time.time())
            self._forget_old()
        threading.Thread(
            target=self._run, args=(name, errand, work), name=f"errand {name}", daemon=True
        ).start()
        return errand

    def find(self, name: str) -> Errand | None:
        return self._known.get(name)

    def _forget_old(self) -> None:
        done = sorted((one.begun, name) for name, one in self._known.items() if one.ended)
        for _, name in done[: max(0, len(self._known) - KEPT)]:
            del self._known[name]

    def _run(self, name: str, errand: Errand, work: Callable[[], Any]) -> None:
        outcome, why = None, ""
        try:
            outcome = work()
        except CommandFailed as error:
            why = str(error)
        except Exception:
            log.exception("the errand %s failed", name)
            why = "this failed; the log says more"
        with self._lock:
            self._known[name] = Errand(errand.begun, time.time(), outcome, why)
