"""A touch: noted for the next turn, and in the history of the person who must have touched."""

import msgspec

from actors.conversation import turns
from actors.conversation.hearing import attribution
from actors.conversation.hearing.attribution import ANSWER_WITHIN
from actors.conversation.owner import Owner
from actors.kernel.actor import AskFailed, Reply
from actors.users.messages import USERS, InteractionHappened
from actors.vocabulary.values import Interaction, Person, is_erased
from actors.world.messages import WORLD, WhoIsHere


def felt(owner: Owner, touch: Interaction) -> None:
    """Note the touch, and ask who is here."""
    after = turns.touched(owner.state, touch)
    if after is not owner.state:
        owner.become(after)
        owner.ask(WORLD, WhoIsHere(), "on_touch_present", touch, ANSWER_WITHIN)


def present(owner: Owner, answer: Reply | AskFailed) -> None:
    """Who touched? The only one who is here. Of several the nearest is a guess, and goes into no history."""
    here = attribution.present(answer)
    person, near = attribution.only(here), here.nearest
    if _counts(owner, person, answer.context):
        touch = msgspec.structs.replace(answer.context, person=person.name)
        owner.become(attribution.touch_attributed(owner.state, answer.context, touch))
        owner.tell(USERS, InteractionHappened(person, touch))
    elif (
        near.is_known
        and not is_erased(near.user_id, answer.context.at, owner.erased)
        and not owner.blocks.holds(near)
    ):
        owner.become(attribution.touch_guessed(owner.state, answer.context, near.name))


def _counts(owner: Owner, person: Person, touch: Interaction) -> bool:
    """Whether it may be said of them: they are known, and neither blocked nor forgotten since."""
    late = is_erased(person.user_id, touch.at, owner.erased)
    return person.is_known and not late and not owner.blocks.holds(person)
