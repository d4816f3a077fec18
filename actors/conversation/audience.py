"""Who is told how the turns go: the listener of each turn, and whoever watches all of them."""

from actors.vocabulary.type_names import durable


@durable("conversation.Audience")
class Audience:
    """watchers: addresses that are told of every turn. announced: the last turn whose begin was told."""

    def __init__(self) -> None:
        self.watchers: tuple[str, ...] = ()
        self.announced = 0

    def watch(self, address: str, on: bool) -> None:
        """Tell `address` of every turn from now on, or, with `on` false, no more."""
        others = tuple(watcher for watcher in self.watchers if watcher != address)
        self.watchers = (*others, address) if on else others

    def of(self, listener: str) -> tuple[str, ...]:
        """Whom to tell of a turn with this listener, "" for none."""
        return tuple(address for address in (listener, *self.watchers) if address)
