"""Who has the floor while the bot speaks: from what is heard over its voice to what the speaker is to do. Pure."""

from typing import Literal

import msgspec

from actors.audio.messages import Duck, Pause, Resume
from actors.conversation.reply.interruption import Verdict
from actors.vocabulary.type_names import durable

Order = Duck | Pause | Resume | None
Step = tuple["Floor", Order]


@durable("conversation.Floor")
class Floor(msgspec.Struct, frozen=True):
    """turn: the reply whose voice began, 0 for none; since: when (epoch seconds). silent: nothing of it is heard.

    voice: what the speaker was told. signs: how often somebody was heard over it; each has its own time-out."""

    turn: int = 0
    since: float = 0.0
    silent: bool = False
    voice: Literal["full", "quiet", "paused"] = "full"
    signs: int = 0

    def began(self, turn: int, at: float) -> "Floor":
        """The bot's voice is heard, for the first time or again."""
        if turn != self.turn:
            return Floor(turn, at, signs=self.signs)
        return msgspec.structs.replace(self, silent=False)

    def fell_silent(self, turn: int) -> "Floor":
        """Nothing of the reply is heard for now."""
        return msgspec.structs.replace(self, silent=True) if turn == self.turn else self

    def ended(self) -> "Floor":
        """The reply is over."""
        return Floor(signs=self.signs)

    def is_over(self, started_at: float) -> bool:
        """Whether speech that began at `started_at` (epoch seconds) began over the reply."""
        return bool(self.turn) and started_at >= self.since

    def speech(self, level: float) -> Step:
        """Somebody speaks: be quieter, or do not begin again when nothing is heard just now."""
        if self.voice == "paused" or self.silent:
            return self._to("paused", Pause(self.turn))
        return self._to("quiet", Duck(self.turn, level))

    def words(self, verdict: Verdict, level: float, resume: Resume) -> Step:
        """What they said so far is judged. A voice that stopped waits for the end of what they say."""
        if verdict is Verdict.INTERRUPTING or self.voice == "paused":
            return self._to("paused", Pause(self.turn))
        if verdict is Verdict.UNSURE:
            return self._to("quiet", Duck(self.turn, level))
        return self.go_on(resume)

    def go_on(self, resume: Resume) -> Step:
        """It was no interruption, or nobody knows: full voice again, from the word where it stopped."""
        if self.voice == "full":
            return self, None
        return self._to("full", resume if self.voice == "paused" else Duck(self.turn, 1.0))

    def _to(self, voice: Literal["full", "quiet", "paused"], order: Order) -> Step:
        return msgspec.structs.replace(self, voice=voice, signs=self.signs + 1), order
