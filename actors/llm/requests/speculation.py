"""Which guesses are answered ahead of the turn that they may become, by `llm.speculate`. Plain bookkeeping."""

from typing import Literal

from actors.vocabulary.type_names import durable

AFTER_A_LIMIT = 60.0  # seconds without guesses after the server said that there were too many requests
_REMEMBERED = 16  # guesses that came to nothing, and may still arrive

Mode = Literal["local", "always", "off"]


@durable("llm.Speculation")
class Speculation:
    """mode: `local` sends half sentences to no third party; `always` sends one guess between two turns."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self._spent = False
        self._until = 0.0
        self._dropped: tuple[int, ...] = ()

    def admits(self, guess: int, is_private: bool, now: float) -> bool:
        """Whether to begin on `guess` at `now` (monotonic seconds), at a server of one's own or somebody else's."""
        if self.mode == "off" or guess in self._dropped:
            return False
        if is_private:
            return True
        admitted = self.mode == "always" and not self._spent and now >= self._until
        self._spent = self._spent or admitted
        return admitted

    def drop(self, guess: int) -> None:
        """It came to nothing, also if it arrives later."""
        self._dropped = (*self._dropped, guess)[-_REMEMBERED:]

    def decided(self) -> None:
        """A turn was decided: the next guess is of another utterance."""
        self._spent = False

    def broken(self, kind: str, now: float) -> None:
        """A guess came to nothing at the server: after too many requests none is sent for a while."""
        if kind == "rate_limited":
            self._until = now + AFTER_A_LIMIT
