"""The invariant of memory: what somebody said stands in their record and in nobody else's."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.conversation.messages import TextReceived
from actors.kernel.record import Handled
from actors.users.messages import InteractionHappened


@dataclass(slots=True)
class Filing:
    """Checks each talk that goes to a record, by its words, against who said them."""

    _fault: Callable[[str], None]
    _said: dict[str, str] = field(default_factory=dict)

    def conversation(self, record: Handled) -> None:
        """Note who says something."""
        message = record.envelope.message
        if isinstance(message, TextReceived) and message.person.is_known:
            self._said[message.text] = message.person.user_id

    def users(self, record: Handled) -> None:
        """Check what goes to somebody's record."""
        message = record.envelope.message
        if not isinstance(message, InteractionHappened):
            return
        said_by = self._said.get(message.interaction.detail)
        if said_by is not None and said_by != message.person.user_id:
            self._fault(f"filing: what {said_by} said went to the record of {message.person.user_id}")
