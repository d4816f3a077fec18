"""The prompt: persona, who is there, what is known of the person, and the last turns. Pure.

What people say and what they are called is data: it is put in the user's messages and never into an instruction.
"""

from actors.conversation.state import ConversationState
from actors.llm.messages import ChatMessage
from actors.users.messages import Profile
from config.schema import Bot

__all__ = ["LAST_UTTERANCES", "build"]

LAST_UTTERANCES = 12
BUDGET = 6000
LENGTHS = {
    "short": "Answer in one short sentence.",
    "medium": "Answer in one to three short sentences.",
    "long": "Answer in a few sentences.",
}


def build(bot: Bot, state: ConversationState, profile: Profile | None) -> tuple[ChatMessage, ...]:
    """The messages to complete: one system message, then the conversation's end, within a budget of characters."""
    recent: list[ChatMessage] = []
    left = BUDGET
    for utterance in reversed(state.messages[-LAST_UTTERANCES:]):
        text = utterance.text
        if utterance.role == "user" and utterance.person.is_known:
            text = f"{_plain(utterance.person.name)}: {text}"
        left -= len(text)
        if left < 0 and recent:
            break
        recent.append(ChatMessage(utterance.role, text[:BUDGET]))
    return (ChatMessage("system", _persona(bot, state, profile)), *reversed(recent))


def _persona(bot: Bot, state: ConversationState, profile: Profile | None) -> str:
    parts = [
        f"You are {bot.name}, talking with people in VRChat. You are {bot.personality}.",
        f"Your style is {bot.speaking_style}.",
        LENGTHS[bot.response_length],
        "Speak plainly, without lists, markup or stage directions.",
    ]
    if profile is not None and profile.person.is_known:
        parts.append(f"You are talking with {_plain(profile.person.name)}.")
        if profile.user is not None and profile.user.interaction_history:
            parts.append(
                "You have met before." if profile.user.relationship_level < 0.5 else "You are good friends."
            )
        else:
            parts.append("You meet for the first time.")
    if state.conversation_goals:
        parts.append("You would like to: " + "; ".join(state.conversation_goals) + ".")
    return " ".join(parts)


def _plain(name: str) -> str:
    """A name as one short word or two, so that it cannot pose as an instruction."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:40]
