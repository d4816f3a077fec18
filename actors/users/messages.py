"""What the users' domain accepts and announces: who was met, and what is known of them."""

from actors.kernel.message import Message
from actors.users.state import UserState
from actors.vocabulary.values import Interaction, Person


class GetProfile(Message):
    """What is known of `person`; answered by Profile."""

    person: Person


class Profile(Message):
    """A person's record, None for somebody never met."""

    person: Person
    user: UserState | None


class InteractionHappened(Message):
    """Something happened between the bot and `person`: it goes into the person's history, if somebody known."""

    person: Person
    interaction: Interaction


class PreferenceStated(Message):
    """`person` prefers `value` in the matter of `key` ("" for no longer), as far as the bot has understood."""

    person: Person
    key: str
    value: str
