"""The public messages of the configuration's actor."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address

CONFIGURATION = Address("configuration")


class GetSection(Message):
    """Get a section of the configuration in force; answered by SectionIs, or by NoSuchSection."""

    name: str


class SectionIs(Message):
    """A section of the configuration in force, as JSON; secrets are references to their keys, never their values."""

    name: str
    version: int
    json: bytes


class NoSuchSection(Message):
    """No section has this name. known: the names of all sections."""

    name: str
    known: tuple[str, ...]


class Reload(Message):
    """Read all layers again and put them in force if they are valid; answered by ReloadEnded.

    proposal: the number of a runtime override that is kept only if this reload succeeds; 0 for none.
    """

    proposal: int = 0


class ReloadEnded(Message):
    """How a reload ended: `applied`, `unchanged` or `refused`, with version `version` in force.

    changed: dotted keys. restarted: actors. pending: keys that take effect when Gerald is restarted.
    problems: why it was refused, with file, line and column, without secrets.
    """

    outcome: str
    version: int
    changed: tuple[str, ...] = ()
    restarted: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class GetConfiguration(Message):
    """Answered by ConfigurationIs."""


class ConfigurationIs(Message):
    """Version `version` is in force since `since` (epoch seconds). problems: of the last reload, at `failed_at` (epoch
    seconds, 0.0 for never)."""

    version: int
    since: float
    pending: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    failed_at: float = 0.0
