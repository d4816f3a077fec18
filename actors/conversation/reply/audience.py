"""The receivers of a turn's progress: its listener, the watchers of all turns, and the body."""

from actors.behaviour.messages import BEHAVIOUR, SentenceBegun
from actors.conversation.messages import ReplyEnded, TurnStarted
from actors.conversation.owner import Owner
from actors.conversation.state import ActiveTurn
from actors.kernel.message import Message
from actors.vocabulary.type_names import durable


@durable("conversation.Audience")
class Audience:
    """watchers: addresses that hear of every turn. announced: the last turn whose begin was announced.

    close: those of the watchers that also hear of each sentence that begins to be heard, and of who is forgotten."""

    close: tuple[str, ...] = ()  # of the class: a checkpoint from before it was kept has none

    def __init__(self) -> None:
        self.watchers: tuple[str, ...] = ()
        self.announced = 0

    def watch(self, address: str, on: bool, *, closely: bool = False) -> None:
        """Add a watcher, or remove it with `on` false."""
        self.watchers = _with(self.watchers, address, on)
        self.close = _with(self.close, address, on and closely)

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

    def tell_close(self, owner: Owner, message: Message) -> None:
        """Tell those who watch closely."""
        for address in self.close:
            owner.tell(address, message)

    def begun(self, owner: Owner, sentence: SentenceBegun) -> None:
        """Tell the body, and those who watch closely, that a sentence begins to be heard."""
        owner.tell(BEHAVIOUR, sentence)
        self.tell_close(owner, sentence)

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


def _with(addresses: tuple[str, ...], address: str, on: bool) -> tuple[str, ...]:
    others = tuple(one for one in addresses if one != address)
    return (*others, address) if on else others
