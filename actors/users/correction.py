"""What was filed in the record of the wrong person moves to whose it is. Pure."""

import msgspec

from actors.users.acquaintance import Change, Path, interacted, profile_of
from actors.users.learn import preferences_in
from actors.users.messages import Misattributed
from actors.users.remembering import learned, said
from actors.users.state import UsersState, UserState
from actors.vocabulary.values import Interaction


def misattributed(state: UsersState, message: Misattributed, bot: str = "") -> Change:
    """The talk of that moment leaves the record of who did not say it, with what was learned of it alone, for the
    other one. No change where there is no such talk."""
    user = profile_of(state, message.of)
    moved = [one for one in user.interaction_history if _is_meant(one, message)] if user is not None else []
    if user is None or not moved:
        return Change(state)
    told = _untold(state, user.user_id, message.said_in)
    users = {**state.users, **told}
    users[user.user_id] = _without(users[user.user_id], moved)
    state = UsersState(users, state.names, state.blocked)
    paths: tuple[Path, ...] = tuple(("users", user_id) for user_id in (user.user_id, *told))
    for one in moved:
        change = interacted(state, message.to, msgspec.structs.replace(one, person=message.to.name), bot)
        learnt = learned(change.state, said(message.to, one, (), message.said_in, bot))
        state, paths = learnt.state, (*paths, *change.paths, *learnt.paths)
    return Change(state, tuple(dict.fromkeys(paths)))


def _is_meant(interaction: Interaction, message: Misattributed) -> bool:
    return interaction.kind == "talk" and interaction.at == message.at


def _untold(state: UsersState, source: str, turn: int) -> dict[str, UserState]:
    """The records of which facts go that `source` is said to have told in this turn, without them."""
    if not turn:
        return {}
    found = {}
    for user_id, user in state.users.items():
        left = tuple(fact for fact in user.facts if (fact.source, fact.turn) != (source, turn))
        if len(left) < len(user.facts):
            found[user_id] = msgspec.structs.replace(user, facts=left, revision=user.revision + 1)
    return found


def _without(user: UserState, moved: list[Interaction]) -> UserState:
    left = tuple(one for one in user.interaction_history if one not in moved)
    told = {key for one in moved for key, _ in preferences_in(one.detail)}
    told -= {key for one in left for key, _ in preferences_in(one.detail)}
    return msgspec.structs.replace(
        user,
        interaction_history=left,
        preferences={key: value for key, value in user.preferences.items() if key not in told},
        revision=user.revision + 1,
    )
