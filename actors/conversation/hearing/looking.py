"""Looking before answering: who asks for what can be seen is answered by what a model saw in the newest picture."""

import msgspec

from actors.conversation.owner import Owner, current
from actors.kernel.actor import AskFailed, Reply
from actors.llm.messages import EYES, LookAnswered, LookAsked
from actors.vocabulary.looking import asks_to_look

LOOK_WITHIN = 8.0  # seconds that people wait for a look; without it, what the world knows is the answer


def begin(owner: Owner, turn: int) -> bool:
    """Whether the turn waits for a look; its outcome goes to `on_looked`."""
    text = current(owner).text
    if not wants(owner, text):
        return False
    owner.ask(EYES, LookAsked(text), "on_looked", turn, LOOK_WITHIN)
    return True


def wants(owner: Owner, text: str) -> bool:
    """Whether a look is asked for, and somebody can look."""
    return owner.sees and asks_to_look(text)


def looked(owner: Owner, answer: Reply | AskFailed) -> None:
    """Note what was seen, for this turn."""
    told = answer.message if isinstance(answer, Reply) else None
    seen = told.text if isinstance(told, LookAnswered) else ""
    around = msgspec.structs.replace(owner.state.surroundings, looked=seen)
    owner.become(msgspec.structs.replace(owner.state, surroundings=around))
