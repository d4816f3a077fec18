"""Invitations, and requests for one, answered by the owner's policy: each once, and nobody too often."""

from actors.vocabulary.names import same_name
from actors.vrchat.account.account import HIDE, INVITE, INVITE_SELF, Account, Job, Step
from actors.vrchat.account.budget import MINUTE
from actors.vrchat.account.policy import names
from actors.vrchat.state import REQUEST_INVITE, Friend, Invitation

WAITING = 50
FRESH = 10 * MINUTE
"""How long an invitation is answered: later nobody waits for it."""
AGAIN = 2 * MINUTE
"""How long one person waits for a second answer."""
PEOPLE = 200


def invited(a: Account, invitation: Invitation) -> Account:
    """Somebody invites the account, or wants to be invited."""
    if any(one.id == invitation.id for one in a.invitations):
        return a
    return a.with_(invitations=(*a.invitations, invitation)[-WAITING:])


def answered_invitations(a: Account, step: Step) -> Account:
    """Those that the policy answers, as requests to be sent. They are not tried again: a second one would annoy."""
    if step.policy.invites == "ignore" or not a.known:
        return a
    for one in a.invitations:
        if _is_answered(a, step, one):
            job = Job(INVITE if one.kind == REQUEST_INVITE else INVITE_SELF, one.id, one.person)
            recent = {who: at for who, at in a.invited.items() if 0.0 <= step.now - at < AGAIN}
            newest = dict(tuple(recent.items())[-(PEOPLE - 1) :])
            a = a.with_(
                queue=(*a.queue, job, Job(HIDE, one.id, one.person)),
                invited={**newest, one.person.user_id: step.now},
                invitations=tuple(other for other in a.invitations if other.id != one.id),
            )
    return a


def _is_answered(a: Account, step: Step, one: Invitation) -> bool:
    if not 0.0 <= step.now - one.at < FRESH or len(a.queue) >= WAITING:
        return False
    if a.blocked.holds(one.person) or names(step.policy.deny, one.person):
        return False
    if 0.0 <= step.now - a.invited.get(one.person.user_id, -AGAIN) < AGAIN:
        return False
    return step.policy.invites == "all" or one.person.user_id in a.friends


def friend_called(a: Account, name_or_id: str) -> Friend | str:
    """The friend with this id, else the only one with this name; else why there is none."""
    if (friend := a.friends.get(name_or_id)) is not None:
        return friend
    found = [friend for friend in a.friends.values() if same_name(friend.person.name, name_or_id)]
    if len(found) == 1:
        return found[0]
    if found:
        return f"{len(found)} friends are called {name_or_id}: give the id"
    return f"no friend is called {name_or_id}" if a.known else "the friends are not read yet; try again"
