"""What may be said, by the configuration, its lists and the bot's instructions. Pure."""

import msgspec

from actors.conversation.wording.leaks import repeats_instructions
from actors.conversation.wording.matcher import matcher
from actors.conversation.wording.rules import Rules
from actors.vocabulary.type_names import durable
from config.schema import Bot, Safety


@durable("conversation.Wording")
class Wording(msgspec.Struct, frozen=True):
    """files: the names of the lists whose `rules` these are. complete: each could be read, once at least."""

    files: tuple[str, ...] = ()
    rules: Rules = Rules()
    complete: bool = True

    def refusal(self, safety: Safety, bot: Bot, text: str, before: str = "") -> str:
        """Why `text` is not said after `before` ("" if it is): one line for the owner, without the words."""
        if safety.strict and safety.lists and not (self.complete and self.files == tuple(safety.lists)):
            return "a file of safety.lists was not read yet"
        if matcher(rules_of(safety) + self.rules).forbids(text, before):
            return "it says what is never said (safety)"
        if safety.instructions and repeats_instructions(bot, text, before):
            return "it repeats the bot's instructions"
        return ""


def rules_of(safety: Safety) -> Rules:
    """What the configuration itself forbids."""
    topics = (phrase for topic, words in safety.topics.items() for phrase in (topic, *words))
    return Rules((*safety.words, *topics, *safety.people), tuple(safety.patterns), tuple(safety.allowed))


def avoiding(bot: Bot, safety: Safety) -> Bot:
    """The persona, which also knows what it leaves alone."""
    alone = (*safety.topics, *safety.people)
    if not alone:
        return bot
    told = f"You do not talk about {', '.join(alone)}; if somebody brings it up, you say so and change the subject"
    # A character may come from a stranger, and can change no rule; so what it leaves alone stands outside it.
    where = "speaking_style" if bot.plays_character else "personality"
    return bot.model_copy(update={where: f"{getattr(bot, where)}. {told}"})
