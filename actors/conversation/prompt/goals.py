"""What Gerald wants of the conversation now. A goal is a rule on the state and disappears when it is reached. Pure.

Goals are the bot's own, so they never quote people; of them they have names only, in quotes."""

from collections.abc import Callable, Iterator

import msgspec

from actors.conversation.prompt.quoting import quoted
from actors.conversation.state import GOALS, ConversationState
from actors.vocabulary.words import asks

RECENT = 8  # utterances among which a question counts as open; older ones are over


def with_goals(state: ConversationState) -> ConversationState:
    """`state` with the goals that follow from it."""
    found = goals(state)
    if found == state.conversation_goals:
        return state
    return msgspec.structs.replace(state, conversation_goals=found)


def goals(state: ConversationState) -> tuple[str, ...]:
    """The goals that `state` gives rise to, the most urgent first."""
    found = dict.fromkeys(goal for rule in RULES for goal in rule(state))
    return tuple(found)[:GOALS]


def _welcome(state: ConversationState) -> Iterator[str]:
    for one in state.participants.values():
        if one.newcomer and not one.answered and one.person.is_known:
            yield f"make {quoted(one.person)} welcome"


def _learn_the_name(state: ConversationState) -> Iterator[str]:
    said = [utterance for utterance in state.messages if utterance.role == "user"]
    if said and not said[-1].person.is_known:
        yield "find out the name of whoever is talking to you"


def _answer(state: ConversationState) -> Iterator[str]:
    """A question that nothing was said to since."""
    answered = max((said.turn for said in state.messages if said.role == "assistant"), default=0)
    now = state.active.turn if state.active is not None else 0
    for said in state.messages[-RECENT:]:
        if said.role == "user" and answered < said.turn != now and asks(said.text):
            yield f"answer what {quoted(said.person)} asked before"


def _hear_the_answer(state: ConversationState) -> Iterator[str]:
    """A question of the bot's own, after which only others spoke."""
    recent = state.messages[-RECENT:]
    asked = [place for place, said in enumerate(recent) if said.role == "assistant" and asks(said.text)]
    if not asked:
        return
    place, turn = asked[-1], recent[asked[-1]].turn
    partner = next((said.person for said in reversed(recent[:place]) if said.turn == turn), None)
    spoke = [said.person.user_id for said in recent[place + 1 :] if said.role == "user"]
    if partner is not None and partner.is_known and spoke and partner.user_id not in spoke:
        yield f"hear what {quoted(partner)} answers to your question"


RULES: tuple[Callable[[ConversationState], Iterator[str]], ...] = (
    _welcome,
    _learn_the_name,
    _answer,
    _hear_the_answer,
)
