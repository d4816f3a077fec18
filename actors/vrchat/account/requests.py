"""Requests for friendship: whose are accepted, each once, and what became of it."""

import msgspec

from actors.vocabulary.values import Person
from actors.vrchat.account.account import (
    ACCEPT,
    HIDE,
    IS_FRIEND,
    Account,
    Befriended,
    Job,
    Step,
)
from actors.vrchat.account.budget import DAY, within
from actors.vrchat.account.policy import Policy, names
from actors.vrchat.state import Friend, FriendRequest, Verdict, WebAnswer

WAITING = 200
VERDICTS = 500
TRIES = 5
"""How often accepting one is tried without an answer before it has to wait for hours."""


def verdict_on(a: Account, policy: Policy, person: Person) -> tuple[str, str]:
    """accept, decline or leave, and why."""
    if a.blocked.holds(person):
        return "decline", "blocked"
    if names(policy.deny, person):
        return "decline", "listed in vrchat.deny"
    if not policy.accepts:
        return "leave", "vrchat.auto_friend_accept is false"
    if policy.allow and not names(policy.allow, person):
        return "leave", "not listed in vrchat.allow"
    return "accept", "listed in vrchat.allow" if policy.allow else "vrchat.auto_friend_accept"


def accepted_today(a: Account, now: float) -> tuple[float, ...]:
    """When friends were accepted within the last day."""
    return within(tuple(one.at for one in a.kept.verdicts if one.verdict == "accepted"), now, DAY)


def asked_for_friendship(a: Account, request: FriendRequest) -> Account:
    """A request has come, or stands in a list; one that was decided is known."""
    decided = any(one.request == request.id for one in a.kept.verdicts)
    if decided or any(one.id == request.id for one in a.requests):
        return a
    return a.with_(requests=(*a.requests, request)[:WAITING])


def heard_of(a: Account, request: FriendRequest) -> Account:
    """An event tells of a request; if the list is being read, it may be older than the event."""
    a = asked_for_friendship(a, request)
    heard = (*a.listing.heard, request.id)[-WAITING:]
    return a.with_(listing=msgspec.structs.replace(a.listing, heard=heard))


def job_of_requests(a: Account, step: Step) -> Job | None:
    """The next answer to a request; first whether one was accepted whose answer was lost."""
    doubtful = a.kept.accepting
    if doubtful is not None:
        return Job(IS_FRIEND, person=doubtful.person) if a.doubt == "ask" else None
    full = len(accepted_today(a, step.now)) >= step.policy.a_day
    for request in a.requests:
        verdict, _ = verdict_on(a, step.policy, request.person)
        if verdict == "decline":
            return Job(HIDE, request.id, request.person)
        if verdict == "accept" and not full:
            return Job(ACCEPT, request.id, request.person)
    return None


def room_at(a: Account, step: Step) -> float | None:
    """When the next friend may be accepted that waits for the day's limit; None if nobody waits for that."""
    times = accepted_today(a, step.now)
    waits = any(verdict_on(a, step.policy, one.person)[0] == "accept" for one in a.requests)
    if not waits or len(times) < step.policy.a_day or not times:
        return None
    return sorted(times)[len(times) - step.policy.a_day] + DAY


def accepting(a: Account, job: Job) -> Account:
    """The request is about to be accepted; that is on disk before it is sent."""
    return a.keeping(accepting=next(one for one in a.requests if one.id == job.id))


def accept_answered(a: Account, step: Step, answer: WebAnswer) -> Account:
    """What the service said to it."""
    request = a.kept.accepting
    assert request is not None
    if answer.status == 200:
        return _accepted(a, step, request)
    if answer.status == 404:  # withdrawn, or accepted before
        return a.with_(doubt="ask")
    return _closed(a, step, request, "failed", f"VRChat answers with {answer.status}")


def accept_failed(a: Account, sent: bool) -> Account:
    """No answer, or an error of the service: if it was sent, the list of requests tells what became of it."""
    if not sent:
        return a.keeping(accepting=None)
    listing = msgspec.structs.replace(a.listing, notices=True, notices_at=0, requests=(), invitations=())
    return a.with_(doubt="list", listing=listing)


def listed(a: Account, step: Step, requests: tuple[FriendRequest, ...]) -> Account:
    """The whole list was read: what is not in it, and was not told of meanwhile, is gone."""
    doubtful = a.kept.accepting
    ids = {one.id for one in requests}
    a = a.with_(requests=tuple(one for one in a.requests if one.id in ids or one.id in a.listing.heard))
    for request in requests:
        a = asked_for_friendship(a, request)
    if doubtful is None or a.doubt != "list":
        return a
    if doubtful.id not in ids:
        return a.with_(doubt="ask")
    a = a.with_(doubt="").keeping(accepting=None, tries=a.kept.tries + 1)
    if a.kept.tries < TRIES:
        return a
    # It is found again when the list is read the next time.
    left = tuple(one for one in a.requests if one.id != doubtful.id)
    return a.with_(requests=left).keeping(tries=0)


def friendship_told(a: Account, step: Step, answer: WebAnswer) -> Account:
    """Whether the person of the doubtful request is a friend."""
    request = a.kept.accepting
    if request is None:
        return a.with_(doubt="")
    if answer.status == 200 and answer.is_friend:
        return _accepted(a, step, request)
    if answer.status in (200, 404):
        return _closed(a, step, request, "gone", "withdrawn before it was accepted")
    return _closed(a, step, request, "failed", f"whether it succeeded is answered with {answer.status}")


def hidden(a: Account, step: Step, job: Job) -> Account:
    """A notification was declined or put away; of a request for friendship that is noted."""
    request = next((one for one in a.requests if one.id == job.id), None)
    if request is None:
        return a
    _, why = verdict_on(a, step.policy, request.person)
    return _closed(a, step, request, "declined", why)


def put_away(a: Account, id: str) -> Account:
    """The service says that a notification is gone: it was answered elsewhere, or withdrawn."""
    doubtful, sent = a.kept.accepting, a.sent
    if (doubtful is not None and doubtful.id == id) or (sent is not None and sent.job.id == id):
        return a  # by us, and what became of it is told by the answer
    return a.with_(
        requests=tuple(one for one in a.requests if one.id != id),
        invitations=tuple(one for one in a.invitations if one.id != id),
    )


def _accepted(a: Account, step: Step, request: FriendRequest) -> Account:
    _, why = verdict_on(a, step.policy, request.person)
    person = request.person
    friends = a.friends if person.user_id in a.friends else {**a.friends, person.user_id: Friend(person)}
    return (
        _closed(a, step, request, "accepted", why).with_(friends=friends).doing(Befriended(person, step.now))
    )


def _closed(a: Account, step: Step, request: FriendRequest, verdict: str, reason: str) -> Account:
    verdicts = (*a.kept.verdicts, Verdict(request.id, request.person, verdict, reason, step.now))[-VERDICTS:]
    mine = a.kept.accepting is not None and a.kept.accepting.id == request.id
    a = a.with_(requests=tuple(one for one in a.requests if one.id != request.id))
    if not mine:
        return a.keeping(verdicts=verdicts)
    return a.with_(doubt="").keeping(verdicts=verdicts, accepting=None, tries=0)
