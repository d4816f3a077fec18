"""Who watches the chatbox, and what they were told of it last."""

from msgspec.structs import replace

from actors.osc.messages import ChatboxIs

WATCHERS = 16


class ChatboxWatch:
    """Belongs to one sender. shown: what the chatbox shows."""

    def __init__(self) -> None:
        self.shown = ChatboxIs(0, "", 0.0)
        self._watchers: tuple[str, ...] = ()

    def watch(self, address: str, *, on: bool) -> None:
        """Tell `address`, or no longer."""
        others = tuple(watcher for watcher in self._watchers if watcher != address)
        self._watchers = (*others, address)[-WATCHERS:] if on else others

    def sent(self, turn: int, text: str, at: float) -> None:
        """This was sent to the game at `at` (epoch seconds)."""
        self.shown = replace(self.shown, turn=turn, text=text, at=at)

    def due(self, *, typing: bool, waiting: int, changed: bool) -> tuple[str, ...]:
        """Who is to be told, since something is not as it was. changed: a text was sent."""
        before, self.shown = self.shown, replace(self.shown, typing=typing, waiting=waiting)
        return self._watchers if changed or self.shown != before else ()
