"""What the trace says about an incarnation's start, so that a replay can start it again."""

import json
from dataclasses import dataclass
from pathlib import Path

from actors.kernel.incarnation import Clock
from actors.kernel.record import Started
from supervisor.encryption import ARGUMENT
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.config_reload import ConfigurationReload

__all__ = ["StartRecords"]

UNRECORDED = ("frames", "configuration_store", "subscribers", ARGUMENT)
"""Start arguments that mean nothing outside of the running instance, or are secret."""


@dataclass(frozen=True, slots=True, repr=False)
class StartRecords:
    """Makes the records. Secrets in them are references to their keys."""

    _store: ConfigurationReload
    _home: Path
    _run: str
    _clock: Clock

    def make(self, slot: ActorSlot) -> Started:
        """The record of the present incarnation in `slot`."""
        plain = self._store.plain
        names = slot.spec.arguments if isinstance(slot.spec, ChildSpec) else ()
        arguments = {
            name: plain if name == "config" else plain.get(name, str(self._home))
            for name in names
            if name not in UNRECORDED
        }
        return Started(
            slot.address,
            slot.incarnation,
            slot.pin,
            json.dumps(arguments).encode(),
            self._run,
            self._clock.wall(),
            supervisor=slot.supervisor,
        )
