"""Makes actors with their start arguments, out of the configuration in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor
from config.schema import Config
from supervisor.encryption import ARGUMENT, SEALER, DataCiphers
from supervisor.nodes.boot import Boot, make_actor
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.config_reload import ConfigurationReload
from supervisor.runtime.shared_frames import SharedFrames

__all__ = ["ActorFactory"]


@dataclass(frozen=True, slots=True, repr=False)
class ActorFactory:
    """In this process by `make`, and in a worker process by what `boot` tells it.

    trace: the options of a worker's recorder, empty for none. makers: see Platform.
    """

    _store: ConfigurationReload
    _home: Path
    _run: str
    _ciphers: DataCiphers
    _frames: SharedFrames
    _trace: Mapping[str, Any]
    _makers: Mapping[str, Callable[[Config], Actor]]

    def make(self, spec: ChildSpec) -> Actor:
        """A new actor. Raises whatever its constructor raises."""
        config = self._store.config
        maker = self._makers.get(spec.address)
        if maker is not None:
            return maker(config)
        sections = {
            "config": config,
            "configuration_store": self._store,
            "frames": self._frames.address,
            "subscribers": spec.subscribers,
            ARGUMENT: self._ciphers.sealer() if ARGUMENT in spec.arguments else None,
            **{name: getattr(config, name) for name in type(config).model_fields},
        }
        return make_actor(spec.actor, spec.arguments, sections, self._home)

    def boot(self, slot: ActorSlot, spec: ChildSpec) -> Boot:
        """What a worker process is told about the present incarnation in `slot`."""
        plain = self._store.plain
        return Boot(
            spec.address,
            slot.incarnation,
            spec.actor,
            spec.arguments,
            plain if "config" in spec.arguments else {n: plain[n] for n in spec.arguments if n in plain},
            str(self._home),
            self._run,
            slot.supervisor,
            self._run,
            self._store.config.logging.level,
            self._trace,
            spec.process,
            self._frames.address,
            self._ciphers.id() if ARGUMENT in spec.arguments else "",
            spec.subscribers,
        )

    def reveal(self, key: str) -> str:
        """What a worker process asks for over its private wire (supervisor.nodes.secrets.Reveal)."""
        return self._ciphers.told() if key == SEALER else self._store.reveal(key)
