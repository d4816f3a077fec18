"""What the parts of the conversation see of its actor, and how they change the turn in its state."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from actors.conversation.company.pace import Pace
from actors.conversation.state import ActiveTurn, ConversationState
from actors.conversation.wording.wording import Wording
from actors.kernel.message import Message
from actors.kernel.state.patch import Path
from actors.vocabulary.blocks import Blocks
from config.schema import Attention, Behaviour, Bot, Lore, Safety, Speech


class Owner(Protocol):
    """See DomainActor for the promises. attention, behaviour, bot, lore, safety, speech: the sections of the
    configuration in force. wording: what the lists of `safety` forbid. blocks: who is blocked. pace: who was answered
    lately.

    erased: hashes of people who were erased, and until when (epoch seconds).

    placeholder: the model is too small to know what it says, so rules answer what they can. keeps_voices: for later
    visits. sees: a model can be shown what is before the body."""

    attention: Attention
    behaviour: Behaviour
    bot: Bot
    lore: Lore
    safety: Safety
    speech: Speech
    placeholder: bool
    sees: bool
    wording: Wording
    keeps_voices: bool
    blocks: Blocks
    erased: Mapping[str, float]
    pace: Pace
    state: ConversationState

    def become(self, state: ConversationState, paths: Sequence[Path] | None = None) -> None: ...
    def tell(self, to: str, message: Message, *, notify: bool = False) -> str: ...
    def ask(self, to: str, message: Message, then: str, context: Any = None, within: float = 5.0) -> str: ...
    def after(self, seconds: float, message: Message) -> int: ...
    def wall(self) -> float: ...


def current(owner: Owner) -> ActiveTurn:
    """The current turn; there must be one."""
    active = owner.state.active
    assert active is not None
    return active


def change(owner: Owner, **fields: object) -> ActiveTurn:
    """Change fields of the current turn; returns it as it is then."""
    active = msgspec.structs.replace(current(owner), **fields)
    owner.become(msgspec.structs.replace(owner.state, active=active))
    return active
