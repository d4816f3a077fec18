"""What the configuration's actor answers."""

from actors.kernel.message import Message


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
