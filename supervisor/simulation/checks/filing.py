"""The invariant of memory: what somebody said stands in their record and in nobody else's."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.conversation.messages import TextReceived
from actors.kernel.record import Handled
from actors.users.messages import InteractionHappened
from actors.vocabulary.values import Person


@dataclass(slots=True)
class Filing:
    """Checks each talk that goes to a record, by its words, against who said them.

    here: whom the bot knows to be here. Who said something aloud and has left meanwhile is not looked for."""

    _here: Callable[[], tuple[Person, ...]]
    _fault: Callable[[str], None]
    _said: dict[str, set[str]] = field(default_factory=dict)
    _aloud: set[str] = field(default_factory=set)

    def conversation(self, record: Handled) -> None:
        """Note who says something."""
        message = record.envelope.message
        if isinstance(message, TextReceived) and message.person.is_known:
            self._said.setdefault(message.text, set()).add(message.person.user_id)

    def spoke(self, text: str, person: Person) -> None:
        """Note who says something aloud, and in the same words who they are."""
        self._said[text] = {person.user_id}
        self._aloud.add(text)

    def users(self, record: Handled) -> None:
        """Check what goes to somebody's record."""
        message = record.envelope.message
        if not isinstance(message, InteractionHappened):
            return
        words = message.interaction.detail
        said_by, filed_under = self._said.get(words, set()), message.person.user_id
        if words in self._aloud and said_by.isdisjoint(one.user_id for one in self._here()):
            return
        if said_by and filed_under not in said_by:
            who = " or ".join(sorted(said_by))
            self._fault(f"filing: what {who} said went to the record of {filed_under}")
