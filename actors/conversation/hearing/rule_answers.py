"""What rules answer in the turn, where the model is a placeholder."""

from actors.conversation.answers.answer import answer_to
from actors.conversation.answers.known import Known
from actors.conversation.languages import answers_in, reply_language
from actors.conversation.owner import Owner
from actors.conversation.state import ConversationState
from actors.conversation.touch_guess import guessed
from actors.users.messages import Profile


def rule_answer(owner: Owner, state: ConversationState, profile: Profile | None) -> tuple[str, ...]:
    """The sentences that answer the turn that is active in `state`; () where the model is asked.

    profile: what is known of who speaks."""
    active = state.active
    if active is None or not owner.placeholder:
        return ()
    around = state.surroundings
    last = next((said.text for said in reversed(state.messages) if said.role == "assistant"), "")
    known = Known(
        owner.bot.name,
        active.person,
        active.turn,
        active.started_at,
        reply_language(answers_in(owner), state) or "en",
        around.place,
        around.people,
        around.seen,
        last,
        profile,
        active.text,
        around.world_id,
        around.friends,
        around.looked,
        state.last_touch,
        guessed(state.last_touch, state.touch_guess, state.messages),
        active.guess,
    )
    return answer_to(active.text, known)
