"""Makes actors with their start arguments from the configuration in force."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.kernel.actor import Actor
from actors.kernel.record import Started
from config.plugins.discovery import plugin_at
from config.schema import Config
from config.sections import plain_at, section
from supervisor.encryption import ARGUMENT, SEALER, DataCiphers
from supervisor.nodes.boot import Boot, make_actor
from supervisor.nodes.plugins import make_of_plugin
from supervisor.otp.slot import ActorSlot
from supervisor.otp.spec import ChildSpec
from supervisor.runtime.config_reload import ConfigurationReload
from supervisor.runtime.shared_frames import SharedFrames

UNRECORDED = ("frames", "configuration_store", "subscribers", ARGUMENT)
"""Start arguments that are secret, or mean nothing outside the running instance."""


@dataclass(frozen=True, slots=True, repr=False)
class ActorFactory:
    """Makes actors in this process (`make`) and in worker processes (`boot`).

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
        if spec.address in self._makers:
            return self._makers[spec.address](config)
        sections = {
            "config": config,
            "configuration_store": self._store,
            "frames": self._frames.address,
            "subscribers": spec.subscribers,
            ARGUMENT: self._ciphers.sealer() if ARGUMENT in spec.arguments else None,
            **{name: getattr(config, name) for name in type(config).model_fields},
        }
        if (plugin := plugin_at(spec.address)) is not None:
            settings = None if plugin.broken else section(config, plugin.section)
            return make_of_plugin(plugin, spec.actor, settings)
        return make_actor(spec.actor, spec.arguments, sections, self._home)

    def boot(self, slot: ActorSlot, spec: ChildSpec) -> Boot:
        """What a worker process must know to run the current incarnation in `slot`."""
        plain = self._store.plain
        return Boot(
            spec.address,
            slot.incarnation,
            spec.actor,
            spec.arguments,
            plain if "config" in spec.arguments else _given(plain, spec.arguments),
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
        """Answer a worker process's request for a secret (supervisor.nodes.secrets.Reveal)."""
        return self._ciphers.told() if key == SEALER else self._store.reveal(key)

    def record_start(self, slot: ActorSlot) -> Started:
        """The trace's record of the current incarnation's start, for a replay. Secrets are references to their keys."""
        plain, spec = self._store.plain, slot.spec
        arguments = {
            name: plain if name == "config" else _given(plain, (name,)).get(name, str(self._home))
            for name in (spec.arguments if isinstance(spec, ChildSpec) else ())
            if name not in UNRECORDED
        }
        encoded = json.dumps(arguments).encode()
        return Started(
            slot.address,
            slot.incarnation,
            slot.pin,
            encoded,
            self._run,
            slot.since,
            supervisor=slot.supervisor,
        )


def _given(plain: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Those of `names` that are sections, as plain data by name."""
    return {name: plain_at(plain, name) for name in names if name.partition(".")[0] in plain}
