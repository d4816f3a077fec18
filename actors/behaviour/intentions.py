"""What is intended for a turn and waits for its sentence; and which turns are over. Plain bookkeeping, bounded."""

import msgspec

from actors.behaviour.messages import ActIntended
from actors.vocabulary.type_names import durable

MOST = 4  # intentions of one turn


@durable("behaviour.Intentions")
class Intentions(msgspec.Struct, frozen=True):
    """turn: the one under way or the last one; over: all up to it are. heard: the last sentence that has begun, or -1.

    waiting: what belongs to sentences to come. taken: how many intentions of the turn there were."""

    turn: int = 0
    over: int = 0
    heard: int = -1
    waiting: tuple[ActIntended, ...] = ()
    taken: int = 0

    def begun(self, turn: int) -> "Intentions":
        """A turn has begun."""
        if turn <= max(self.over, self.turn):
            return self
        kept = tuple(one for one in self.waiting if one.turn == turn)
        return Intentions(turn, self.over, -1, kept, len(kept))

    def take(self, intended: ActIntended) -> tuple["Intentions", bool]:
        """Something is intended. Whether it is due at once: its sentence is being said."""
        turn = intended.turn
        if turn <= self.over or turn < self.turn or self.taken >= MOST:
            return self, False
        if turn == self.turn and intended.sentence <= self.heard:
            return msgspec.structs.replace(self, taken=self.taken + 1), True
        waiting = tuple(one for one in self.waiting if one.turn >= turn)[: MOST - 1]
        return msgspec.structs.replace(self, waiting=(*waiting, intended), taken=self.taken + 1), False

    def sentence(self, turn: int, sentence: int) -> tuple["Intentions", tuple[ActIntended, ...]]:
        """A sentence begins: what is due with it."""
        if turn <= self.over or turn < self.turn:
            return self, ()
        now = self.begun(turn)
        due = tuple(one for one in now.waiting if one.turn == turn and one.sentence <= sentence)
        left = tuple(one for one in now.waiting if one not in due)
        return msgspec.structs.replace(now, heard=max(now.heard, sentence), waiting=left), due

    def ended(self, turn: int) -> tuple["Intentions", tuple[ActIntended, ...]]:
        """The turn was said to its end: what of it is left to do."""
        if turn <= self.over:
            return self, ()
        return self.void(turn), tuple(one for one in self.waiting if one.turn == turn)

    def void(self, turn: int) -> "Intentions":
        """Nothing of this turn, and of those before it, is done any more."""
        left = tuple(one for one in self.waiting if one.turn > turn)
        return msgspec.structs.replace(self, over=max(self.over, turn), waiting=left)

    def dropped(self) -> "Intentions":
        """Nothing that waits is done; the turn goes on."""
        return msgspec.structs.replace(self, waiting=(), taken=MOST)

    def is_void(self, turn: int) -> bool:
        """Whether the turn is over."""
        return 0 < turn <= self.over
