"""What somebody says after a turn was decided too early: it belongs to the same utterance. Pure."""

import msgspec

from actors.conversation import turns
from actors.conversation.state import ActiveTurn, ConversationState
from actors.vocabulary.type_names import durable
from actors.vocabulary.words import joined

GOES_ON = 3.0  # seconds after the end of an utterance within which more speech belongs to it, if nothing was answered
JUST_BEGUN = 1.0  # seconds for which a reply was not really heard yet


@durable("conversation.Growth")
class Growth(msgspec.Struct, frozen=True):
    """turn: the last one that was spoken to the bot, 0 for none; ended_at: the end of what was said.

    voice: in which it was said, 0 for an unknown one.
    heard_at: when its reply began to be heard, 0 before. withdrawn: the words of the turn, which was withdrawn because
    they go on; "" while it was not. asked_at: since when that was said. All times are epoch seconds."""

    turn: int = 0
    ended_at: float = 0.0
    heard_at: float = 0.0
    withdrawn: str = ""
    voice: int = 0
    asked_at: float = 0.0

    def decided(self, turn: int, ended_at: float, voice: int = 0) -> "Growth":
        """A turn was decided, and with it what had been withdrawn."""
        return Growth(turn, ended_at, voice=voice)

    def is_of_another(self, voice: int) -> bool:
        """Whether somebody who speaks in `voice` surely is not who said the turn."""
        return bool(voice and self.voice) and voice != self.voice

    def heard(self, turn: int, at: float) -> "Growth":
        """The reply to `turn` begins to be heard."""
        return msgspec.structs.replace(self, heard_at=at) if turn == self.turn and not self.heard_at else self

    def goes_on(self, active: ActiveTurn | None, at: float) -> bool:
        """Whether speech that begins at `at` goes on with what became `active`, so that this came too early."""
        if active is None or active.turn != self.turn or active.played or at - self.ended_at >= GOES_ON:
            return False
        return not self.heard_at or at - self.heard_at < JUST_BEGUN

    def goes_on_unheard(self, active: ActiveTurn | None, at: float) -> bool:
        """The same, of speech that began before the reply was heard at all."""
        return self.goes_on(active, at) and not 0.0 < self.heard_at < at

    def withdraw(self, active: ActiveTurn) -> "Growth":
        """The turn is withdrawn."""
        return msgspec.structs.replace(self, withdrawn=active.text, asked_at=active.asked_at)

    def whole(self, text: str) -> str:
        """`text` with what was said before it."""
        return joined((self.withdrawn, text)) if self.withdrawn else text

    def since(self, at: float) -> float:
        """Since when is said what was said at `at`, with what was said before it."""
        return min(self.asked_at, at) if self.withdrawn else at

    def before(self, state: ConversationState) -> ConversationState:
        """`state` without what was withdrawn, because it is about to be said again in whole: memory has it once."""
        return turns.unsaid(state, self.turn) if self.withdrawn else state
