"""What the configuration's actor answers."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address

CONFIGURATION = Address("configuration")


class GetSection(Message):
    """The section of that name as it is in force; answered by SectionIs, or by NoSuchSection."""

    name: str


class SectionIs(Message):
    """A section of the configuration in force, as JSON; secrets are references to their keys, never their values."""

    name: str
    version: int
    json: bytes


class NoSuchSection(Message):
    """There is no section of that name; these there are."""

    name: str
    known: tuple[str, ...]


class Reload(Message):
    """Read all layers anew and put them in force, if they are good; answered by ReloadEnded.

    proposal: the number of a runtime override that the desk holds, which lives or dies with this reload; 0 for none.
    """

    proposal: int = 0


class ReloadEnded(Message):
    """How a reload ended: `applied`, `unchanged` or `refused`, with version `version` in force.

    changed: dotted keys. restarted: the actors that were started again for it. pending: keys that count only when
    Gerald himself is started again. problems: why it was refused, with file, line and column; no secret is in them.
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
    """Version `version` is in force since `since` (epoch seconds). problems: of the last reload, () after a good one;
    they came at `failed_at` (epoch seconds, 0.0 for never)."""

    version: int
    since: float
    pending: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    failed_at: float = 0.0
