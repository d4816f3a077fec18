"""The receivers of a turn's progress: its listener, the watchers of all turns, and the body."""

from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.messages import ReplyEnded, TurnStarted
from actors.conversation.owner import Owner
from actors.conversation.state import ActiveTurn
from actors.kernel.message import Message
from actors.vocabulary.type_names import durable


@durable("conversation.Audience")
class Audience:
    """watchers: addresses that hear of every turn. announced: the last turn whose begin was announced."""

    def __init__(self) -> None:
        self.watchers: tuple[str, ...] = ()
        self.announced = 0

    def watch(self, address: str, on: bool) -> None:
        """Add a watcher, or remove it with `on` false."""
        others = tuple(watcher for watcher in self.watchers if watcher != address)
        self.watchers = (*others, address) if on else others

    def of(self, listener: str) -> tuple[str, ...]:
        """The receivers for a turn with this listener ("" for none)."""
        return tuple(address for address in (listener, *self.watchers) if address)

    def tell(self, owner: Owner, listener: str, message: Message) -> None:
        """Tell them all."""
        for address in self.of(listener):
            owner.tell(address, message)

    def tell_listener(self, owner: Owner, listener: str, message: Message) -> None:
        """Tell the listener of one turn, if it has one."""
        if listener:
            owner.tell(listener, message)

    def announce(self, owner: Owner, active: ActiveTurn, *, heeded: bool = True) -> None:
        """Tell them that the turn begins. heeded: it was said to the bot, which may act on it."""
        self.announced = active.turn
        started = TurnStarted(active.turn, active.text, active.person, active.certainty)
        if heeded:
            owner.tell(BEHAVIOUR, started)
        self.tell(owner, active.listener, started)

    def end(self, owner: Owner, listener: str, ended: ReplyEnded) -> None:
        """Tell them that the turn is over."""
        owner.tell(BEHAVIOUR, ended)
        self.tell(owner, listener, ended)
