"""The configuration's actor: holds the configuration in force, and shows it to whoever asks."""

import msgspec

from actors.configuration.messages import GetSection, NoSuchSection, SectionIs
from actors.kernel.actor import Actor, handles
from config.schema import Config, dump

__all__ = ["Configuration"]


class Configuration(Actor):
    """Owns the frozen configuration; `version` counts from 1 within a run."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._version = 1

    @handles
    def on_get(self, message: GetSection) -> None:
        known = tuple(type(self._config).model_fields)
        if message.name not in known:
            self.reply(NoSuchSection(message.name, known))
            return
        plain = dump(self._config)[message.name]
        self.reply(SectionIs(message.name, self._version, msgspec.json.encode(plain)))
