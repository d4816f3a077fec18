"""What is sent next, and what an answer means: the one place through which every step goes."""

from collections.abc import Callable

from actors.kernel.message import Asker
from actors.vrchat.account import invitations, links, lists, requests, session
from actors.vrchat.account.account import (
    ACCEPT,
    FRIENDS,
    HIDE,
    IS_FRIEND,
    NOTICES,
    OF_SESSION,
    SIGN_IN,
    SIGN_OUT,
    STATUS,
    Account,
    Answer,
    Job,
    Send,
    Sent,
    Step,
)
from actors.vrchat.account.budget import LOGINS_KEPT, free_at, pausing, spend
from actors.vrchat.state import WebAnswer

MOST_TEXT = 32
"""Characters of a status' text that VRChat shows."""
QUEUE = 64

_ANSWERED: dict[str, Callable[[Account, Step, Job, WebAnswer], Account]] = {
    NOTICES: lists.notices_answered,
    FRIENDS: lists.friends_answered,
    ACCEPT: lambda a, step, job, answer: requests.accept_answered(a, step, answer),
    IS_FRIEND: lambda a, step, job, answer: requests.friendship_told(a, step, answer),
}


def advanced(a: Account, step: Step) -> Account:
    """Open the link if it is time; send what is next, if it may be sent now."""
    if a.phase == "in":
        a = links.opening(invitations.answered_invitations(a, step), step)
    job = next_job(a, step) if a.sent is None else None
    if job is not None and free_at(a.kept, step.now, job.cost) <= step.now:
        a = _sending(a, step, job)
    return a


def next_job(a: Account, step: Step) -> Job | None:
    """The next request, None for none that is due. Owner's first, lists last."""
    if a.phase != "in" or a.suspect:
        return session.job_of_session(a)
    if a.queue:
        return a.queue[0]
    return (
        links.job_of_link(a, step)
        or (lists.job_of_lists(a, step) if a.listing.notices else None)
        or requests.job_of_requests(a, step)
        or lists.job_of_lists(a, step)
        or _job_of_status(a, step)
    )


def wakes_at(a: Account, step: Step) -> float | None:
    """When to look again (epoch seconds); None if nothing will be due without news."""
    if a.sent is not None:
        return None
    if (job := next_job(a, step)) is not None:
        return free_at(a.kept, step.now, job.cost)
    if a.phase != "in":
        return None
    times = [a.listing.look_at, requests.room_at(a, step) or 0.0]
    if a.link.state == "closed":
        times.append(max(links.due_at(a, step.now), free_at(a.kept, step.now, 0)))
    return min((at for at in times if at > step.now), default=None)


def answered(a: Account, step: Step, number: int, answer: WebAnswer) -> Account:
    """The answer to the request `number`; one that nobody waits for is ignored."""
    if a.sent is None or a.sent.number != number:
        return a
    job, a = a.sent.job, a.with_(sent=None)
    if answer.status == 429:
        a = pausing(
            _undone(a, job), step, "VRChat says: too many requests", limited=True, asked=answer.retry_after
        )
        return _dropped(a, job, "VRChat says: too many requests") if job.asker is not None else a
    if answer.status >= 500:
        return _failed(a, step, job, True, f"VRChat answers with {answer.status}", asked=answer.retry_after)
    if answer.unreadable:
        return _failed(a, step, job, True, answer.unreadable)
    a = a.with_(failures=0)
    if job.kind in OF_SESSION:
        return session.session_answered(a, step, job, answer)
    if answer.status == 401:
        return _doubted(a, step, job)
    a = a.with_(refusals=0)
    if job in a.queue:
        return _done(a, step, job, answer)
    if job.kind == HIDE:
        return requests.hidden(a, step, job)
    return _ANSWERED.get(job.kind, _nothing)(a, step, job, answer)


def failed(a: Account, step: Step, number: int, sent: bool, why: str) -> Account:
    """The request `number` has no answer. sent: the service may have got it."""
    if a.sent is None or a.sent.number != number:
        return a
    return _failed(a.with_(sent=None), step, a.sent.job, sent, why)


def asked(a: Account, job: Job) -> Account:
    """The owner wants something to be sent."""
    if a.phase != "in" or len(a.queue) >= QUEUE:
        why = "too much waits already" if a.phase == "in" else a.why or "not signed in to VRChat yet"
        return _dropped(a, job, f"{why}; {a.remedy}" if a.remedy else why)
    return a.with_(queue=(*a.queue, job))


def _sending(a: Account, step: Step, job: Job) -> Account:
    number = a.number + 1
    a = lists.asking(a, job).keeping(spent=spend(a.kept, step.now, job.cost))
    if job.kind == SIGN_IN:
        a = a.keeping(logins=(*a.kept.logins, step.now)[-LOGINS_KEPT:])
    if job.kind == ACCEPT:
        a = requests.accepting(a, job)
    if job.kind == STATUS and job.asker is None:
        a = a.with_(shown=(job.status, job.text))
    return a.with_(number=number, sent=Sent(number, job)).doing(Send(number, job))


def _failed(a: Account, step: Step, job: Job, sent: bool, why: str, asked: float = 0.0) -> Account:
    if job.kind == SIGN_IN and why.startswith("VRChat answers with 5"):
        return session.refused_by_server(a, step, job, why)
    if job.kind in OF_SESSION:
        return session.session_failed(a, step, job, sent, why)
    if job.kind == ACCEPT:
        a = requests.accept_failed(a, sent)
    if job in a.queue:
        a = _dropped(a, job, why if not sent else f"whether it was done is unknown: {why}")
    return pausing(a, step, why, asked=asked)


def _undone(a: Account, job: Job) -> Account:
    """The service did not do it."""
    return a.keeping(accepting=None) if job.kind == ACCEPT else a


def _doubted(a: Account, step: Step, job: Job) -> Account:
    """401 to anything else than the session's own: whether there is still a session is asked once."""
    a = _undone(a, job)
    if job.asker is not None or job in a.queue:
        a = _dropped(a, job, "VRChat refused it as of nobody who is signed in")
    a = a.with_(suspect=True, failures=a.refusals, refusals=a.refusals + 1)
    return pausing(a, step, "VRChat answers with 401")


def _done(a: Account, step: Step, job: Job, answer: WebAnswer) -> Account:
    """Of the owner's, or what followed from an invitation."""
    if answer.status >= 400:
        return _dropped(a, job, answer.impossible or f"VRChat answers with {answer.status}")
    a = a.with_(queue=tuple(one for one in a.queue if one != job))
    if job.kind == STATUS and answer.me is not None:
        a = a.with_(me=answer.me)
    return a.doing(Answer(job.asker, "done", person=job.person)) if job.asker is not None else a


def _dropped(a: Account, job: Job, why: str) -> Account:
    a = a.with_(queue=tuple(one for one in a.queue if one != job))
    return a.doing(Answer(job.asker, "refused", why)) if job.asker is not None else a


def _nothing(a: Account, step: Step, job: Job, answer: WebAnswer) -> Account:
    return a.with_(me=answer.me) if answer.me is not None and job.kind == STATUS else a


def _job_of_status(a: Account, step: Step) -> Job | None:
    """What the account shows, where the configuration says so; each wish is sent once."""
    wish = (step.policy.status, step.policy.status_text)
    if a.me is None or wish == a.shown or wish == ("", None):
        return None
    differs = wish[0] not in ("", a.me.status) or wish[1] not in (None, a.me.status_text)
    return Job(STATUS, a.me.user_id, status=wish[0], text=wish[1]) if differs else None


def owner_status(a: Account, text: str, asker: Asker) -> Account:
    """The owner wants this text to be shown."""
    return asked(a, Job(STATUS, a.me.user_id if a.me is not None else "", text=text[:MOST_TEXT], asker=asker))


__all__ = ["SIGN_OUT", "advanced", "answered", "asked", "failed", "next_job", "owner_status", "wakes_at"]
