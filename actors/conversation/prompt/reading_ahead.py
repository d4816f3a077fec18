"""Lets the model read how the next prompt begins, while nobody waits: then only the newest words are left to read."""

from actors.conversation.languages import answers_in
from actors.conversation.owner import Owner
from actors.conversation.prompt.prompt import foreseen
from actors.llm.messages import LLM, PromptForeseen
from actors.users.messages import Profile
from actors.vocabulary.type_names import durable


@durable("conversation.ReadingAhead")
class ReadingAhead:
    """Foresees that who spoke last speaks next."""

    def __init__(self) -> None:
        self._profile: Profile | None = None

    @property
    def profile(self) -> Profile | None:
        """What is known of whoever spoke last."""
        return self._profile

    def met(self, profile: Profile | None) -> None:
        """This is known of whoever speaks now; None for a stranger, and for somebody who is to be forgotten."""
        self._profile = profile

    def begin(self, owner: Owner) -> None:
        """Have the next prompt read ahead, if nobody waits for an answer: what is said next is answered sooner."""
        if owner.state.active is None:
            known, now = self._profile, owner.wall()
            next_prompt = foreseen(owner.bot, owner.state, known, now, answers_in(owner), owner.lore)
            owner.tell(LLM, PromptForeseen(next_prompt))
