"""The prompt: who the bot is, the talk, and beside the newest words what it knows just now. Pure.

What changes stands last, and the talk that is shown loses half at a time: so a prompt begins as the one before it did,
and the server need not read that part again. What people say, and how they and worlds are called, is data: it stands in
user messages only."""

import msgspec

from actors.conversation.instructions import EARLIER, RULES
from actors.conversation.prompt.lore import always_known, called_up
from actors.conversation.prompt.notes import notes
from actors.conversation.prompt.quoting import bare, heading, one_line, quotable
from actors.conversation.prompt.role import filled, role
from actors.conversation.state import ConversationState
from actors.conversation.summary import condensed, lines
from actors.conversation.utterance import Utterance, first_shown
from actors.llm.messages import ChatMessage
from actors.users.messages import Profile
from actors.vocabulary.values import UNKNOWN
from config.schema import Bot, Lore
from config.schema.languages import AUTO, name_of

NO_LORE = Lore()
MEMORY = 1500  # characters of what was said before the talk that is shown

LENGTHS = {
    "short": "Answer in one short sentence.",
    "medium": "Answer in one to three short sentences.",
    "long": "Answer in a few sentences.",
}


def build(
    bot: Bot,
    state: ConversationState,
    profile: Profile | None,
    now: float,
    language: str = "en",
    lore: Lore = NO_LORE,
) -> tuple[ChatMessage, ...]:
    """The messages to complete, at `now` (epoch seconds): who the bot is, what was said before, the talk.

    The last one begins with what is known just now. language: to answer in, as in speech.language."""
    state = _asked_last(state)
    known = notes(state, profile, now, language, bot.name, of_role=_of_role(bot, state, lore))
    return _prompt(bot, state, known, language, lore)


def _asked_last(state: ConversationState) -> ConversationState:
    """With what is to be answered last: somebody else may have said something while the prompt was being prepared."""
    said, turn = state.messages, state.active.turn if state.active is not None else 0
    asked = next((one for one in reversed(said) if one.role == "user" and one.turn == turn), None)
    if asked is None or asked is said[-1]:
        return state
    others = tuple(one for one in said if one is not asked)
    return msgspec.structs.replace(state, messages=(*others, asked))


def foreseen(
    bot: Bot,
    state: ConversationState,
    profile: Profile | None,
    now: float,
    language: str = "en",
    lore: Lore = NO_LORE,
) -> tuple[ChatMessage, ...]:
    """How the next prompt begins if the same person speaks next, at `now`: all of it but their words.

    profile: what is known of that person."""
    person = profile.person if profile is not None else UNKNOWN
    next_words = Utterance("user", "", person, state.turn + 1, now, state.language)
    state = msgspec.structs.replace(state, messages=(*state.messages, next_words))
    known = notes(state, profile, now, language, bot.name, foreseen=True)
    return _prompt(bot, state, known, language, lore)


def _of_role(bot: Bot, state: ConversationState, lore: Lore) -> tuple[str, ...]:
    """What the newest words call up of the character's world, and what is to be kept in mind of the character."""
    found = called_up(lore, (said.text for said in _shown(state)))
    known = " ".join(f'"{quotable(filled(text, bot.name), len(text) * 2)}"' for text in found)
    reminder = quotable(filled(bot.reminder, bot.name), 500)
    return (
        *([f"Of your world you know: {known}."] if known else ()),
        *([f'Of your character, keep in mind: "{reminder}".'] if reminder else ()),
    )


def _prompt(
    bot: Bot, state: ConversationState, known: str, language: str, lore: Lore
) -> tuple[ChatMessage, ...]:
    shown = _shown(state)
    earlier = _earlier(state, len(state.messages) - len(shown), bot.name)
    said = [ChatMessage(one.role, _words(one)) for one in shown]
    if said and known:
        said[-1] = msgspec.structs.replace(said[-1], content=f"{known}\n{said[-1].content}")
    return (ChatMessage("system", persona(bot, language, lore)), *earlier, *said)


def persona(bot: Bot, language: str = "en", lore: Lore = NO_LORE) -> str:
    """Who the bot is and how it answers: the same in every prompt. Its rules stand after what a card may say."""
    character = role(bot, always_known(lore))
    traits = () if character or not bot.personality else (f"You are {bot.personality}.",)
    return " ".join(
        (
            f"You are {bot.name}, an AI with a body in VRChat, talking with people there.",
            *traits,
            *character,
            f"Your style is {bot.speaking_style}.",
            LENGTHS[bot.response_length],
            *RULES,
            *_examples(bot),
            *_language(bot, language),
        )
    )


def _examples(bot: Bot) -> tuple[str, ...]:
    told = (
        f'to "{quotable(filled(said, bot.name), 200)}" you answer "{quotable(filled(reply, bot.name), 400)}"'
        for said, reply in bot.examples.items()
    )
    found = "; ".join(told)
    return (f"For example, {found}.",) if found else ()


def _language(bot: Bot, code: str) -> tuple[str, ...]:
    """English is what is answered to an English instruction anyway; auto is told beside the newest words."""
    if bot.language != AUTO:
        return (f"Answer in {name_of(bot.language)}, whatever language is spoken to you.",)
    return (f"Answer in {name_of(code)}.",) if code not in ("en", AUTO) else ()


def people_named(state: ConversationState) -> tuple[str, ...]:
    """The names before people's words, each once: a model that writes one has begun to answer itself."""
    named = (heading(one.person) for one in _shown(state) if one.role == "user")
    return tuple(dict.fromkeys(name for name in named if name))


def _shown(state: ConversationState) -> tuple[Utterance, ...]:
    since = first_shown(state.messages, state.shown_from)
    return tuple(one for one in state.messages if one.turn >= since)


def _earlier(state: ConversationState, unseen: int, bot: str) -> tuple[ChatMessage, ...]:
    """What remains of all that is not shown any more: it changes only when that does."""
    found = lines(condensed(state.summary, state.messages[:unseen]), MEMORY, bot)
    text = "\n".join((EARLIER, *(f"Earlier, {bare(line)}" for line in found)))
    return (ChatMessage("user", text),) if found else ()


def _words(said: Utterance) -> str:
    if said.role != "user":
        return said.text
    name, text = heading(said.person), bare(one_line(said.text))
    return f"{name}: {text}" if name else text
