"""What people see of what is written to the chatbox, and when the game takes no more of it; pure."""

import msgspec

LONGEST = 144  # characters, in UTF-16
LINES = 9
MANY, WITHIN = 5, 5.0  # messages and seconds: more of them time the writer out [2nd]
PENALTY = 30.0  # seconds


class Bubble(msgspec.Struct, frozen=True):
    """A text over the avatar's head. at: epoch seconds. is_cut: there was more than the chatbox shows."""

    text: str
    at: float
    is_cut: bool = False


class GameChatbox(msgspec.Struct, frozen=True):
    """recent: when the last messages came. out_until: "Timed out for spam" up to then. timed_out: how often."""

    recent: tuple[float, ...] = ()
    out_until: float = 0.0
    timed_out: int = 0

    def takes(self, text: str, at: float) -> tuple["GameChatbox", Bubble | None]:
        """The chatbox after this message, and what is seen of it; None while its writer is timed out."""
        if at < self.out_until:
            return self, None
        recent = (*(one for one in self.recent if at - one < WITHIN), at)
        if len(recent) > MANY:
            return GameChatbox((), at + PENALTY, self.timed_out + 1), None
        return GameChatbox(recent, self.out_until, self.timed_out), _seen(text, at)


def _seen(text: str, at: float) -> Bubble:
    cut = text.encode("utf-16-le", "replace")[: 2 * LONGEST].decode("utf-16-le", "ignore")
    cut = "\n".join(cut.split("\n")[:LINES])
    return Bubble(cut, at, cut != text)
