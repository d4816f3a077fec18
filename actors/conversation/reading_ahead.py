"""Lets the model read how the next prompt begins, while nobody waits: then only the newest words are left to read."""

from typing import TYPE_CHECKING

from actors.conversation.prompt import foreseen
from actors.conversation.state import ConversationState
from actors.llm.messages import LLM, PromptForeseen
from actors.users.messages import Profile
from actors.vocabulary.type_names import durable
from config.schema import Bot

if TYPE_CHECKING:
    from actors.kernel.actor import Actor


@durable("conversation.ReadingAhead")
class ReadingAhead:
    """Foresees that who spoke last speaks next."""

    def __init__(self) -> None:
        self._profile: Profile | None = None

    def met(self, profile: Profile | None) -> None:
        """This is known of whoever speaks now; None for a stranger, and for somebody who is to be forgotten."""
        self._profile = profile

    def begin(self, actor: "Actor", bot: Bot, state: ConversationState, now: float, language: str) -> None:
        """Have the next prompt read ahead. now: epoch seconds."""
        actor.tell(LLM, PromptForeseen(foreseen(bot, state, self._profile, now, language)))
