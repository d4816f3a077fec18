"""Signing in once, keeping the session, and stopping where only the owner can go on."""

from actors.kernel.message import Asker
from actors.vrchat.account.account import (
    CHECK,
    CODE,
    SIGN_IN,
    SIGN_OUT,
    Account,
    Answer,
    CloseLink,
    Job,
    Link,
    Listing,
    Step,
)
from actors.vrchat.account.budget import DAY, LOGINS_A_DAY, free_at, pausing, within
from actors.vrchat.state import Kept, Me, WebAnswer

LOGIN = "type `supervisor vrchat login`"
LONG = 60.0
"""Seconds of a pause after which whoever signs in is told, and not kept waiting."""
PASSWORD = "set it with `supervisor secrets set vrchat.password`"


def loaded(a: Account, step: Step, kept: Kept, cookies: bool, trouble: str, remedy: str) -> Account:
    """What an earlier start left is known."""
    doubt = "list" if kept.accepting is not None else ""
    a = a.with_(kept=kept, cookies=cookies, doubt=doubt)
    return a.with_(phase="missing", why=trouble, remedy=remedy) if trouble else begun(a, step)


def begun(a: Account, step: Step) -> Account:
    """Where to begin, by what is there."""
    a = a.with_(why="", remedy="")
    if a.kept.signed_out:
        return a.with_(phase="out", why="signed out", remedy=LOGIN)
    if a.kept.human:
        return a.with_(phase="human", why=a.kept.human, remedy=a.kept.remedy)
    if step.policy.missing:
        return _told(a.with_(phase="missing", why=step.policy.missing, remedy=step.policy.remedy))
    if a.cookies:
        return a.with_(phase="checking")
    if a.kept.logins and not a.wanted:
        return stopped(a, "there is no session any more", LOGIN)
    if not step.policy.can_sign_in:
        return _told(
            a.with_(phase="missing", why="vrchat.password is not set", remedy=PASSWORD, wanted=False)
        )
    if len(within(a.kept.logins, step.now, DAY)) >= LOGINS_A_DAY:
        many = f"{LOGINS_A_DAY} sign-ins within a day: VRChat blocks accounts that sign in too often"
        return stopped(a, many, f"wait a day, then {LOGIN}")
    return a.with_(phase="signing", made=False)


def asked_to_sign_in(a: Account, step: Step, code: bytes, asker: Asker) -> Account:
    """The owner wants to sign in, or has typed a code."""
    if a.phase in ("in", "loading") or (a.phase == "code" and not code):
        return a.doing(Answer(asker, "account"))
    if code and a.phase != "code":
        return a.doing(Answer(asker, "refused", "no code is waited for"))
    a = a.with_(waiting=(*a.waiting, asker)[-8:])
    if code:
        a = a.with_(phase="verifying", code=code)
    elif a.phase not in ("checking", "signing", "verifying", "leaving"):
        a = begun(a.with_(wanted=True).keeping(human="", remedy="", signed_out=False), step)
    # Nobody waits at a terminal for an hour; it goes on by itself then.
    return _told(a) if free_at(a.kept, step.now, 1) > step.now + LONG else a


def asked_to_sign_out(a: Account, asker: Asker) -> Account:
    """The owner wants no session."""
    a = a.keeping(signed_out=True, human="", remedy="").with_(waiting=(*a.waiting, asker)[-8:])
    return a.with_(phase="leaving") if a.cookies else _left(a)


def job_of_session(a: Account) -> Job | None:
    """The request that the phase calls for."""
    match a.phase:
        case "checking":
            return Job(CHECK)
        case "signing":
            return Job(SIGN_IN)
        case "verifying":
            return Job(CODE, code=a.code, needs=a.needs)
        case "leaving":
            return Job(SIGN_OUT)
        case "in" if a.suspect:
            return Job(CHECK)
    return None


def session_answered(a: Account, step: Step, job: Job, answer: WebAnswer) -> Account:
    """The answer to a request of the session's own."""
    a = a.with_(cookies=answer.cookies)
    if job.kind == SIGN_OUT:
        return _left(a.with_(cookies=False))
    if job.kind == CODE:
        return _verified(a, answer)
    if answer.status == 200 and answer.me is not None:
        return _entered(a, step, answer.me)
    if answer.status == 200 and answer.needs:
        return _needs(a, step, answer.needs)
    if answer.status == 401:
        return _unknown(a, step, job)
    what = answer.impossible or f"VRChat answers with {answer.status}"
    return stopped(a, what, f"look whether the account is in order at vrchat.com, then {LOGIN}")


def session_failed(a: Account, step: Step, job: Job, sent: bool, why: str) -> Account:
    """A request of the session's own has no answer."""
    if job.kind == SIGN_IN and not sent:
        a = a.keeping(logins=a.kept.logins[:-1])
    elif job.kind == SIGN_IN and a.cookies:
        a = a.with_(phase="checking")
    elif job.kind == SIGN_IN:  # the service may have begun a session, of which there must not be many
        return stopped(a, f"whether the sign-in succeeded is unknown: {why}", LOGIN)
    elif job.kind == CODE and sent:
        a = a.with_(phase="checking", code=b"")  # whether it was taken is told by the session
    elif job.kind == SIGN_OUT:
        return _left(a)
    return pausing(a, step, why)


def refused_by_server(a: Account, step: Step, job: Job, why: str) -> Account:
    """The service had an error of its own while it signed in: nobody is signed in, and it is tried again, not often."""
    if len(within(a.kept.logins, step.now, DAY)) >= LOGINS_A_DAY:
        return stopped(a, f"no sign-in: {why}", f"wait until VRChat works again, then {LOGIN}")
    return pausing(a, step, why)


def stopped(a: Account, why: str, remedy: str) -> Account:
    """Nothing is sent any more until the owner has done something, also after a restart."""
    a = a.keeping(human=why, remedy=remedy, accepting=a.kept.accepting)
    a = a.with_(phase="human", why=why, remedy=remedy, suspect=False, wanted=False, code=b"")
    return _told(_without_session(a, why))


def _without_session(a: Account, why: str) -> Account:
    refused = (Answer(job.asker, "refused", why) for job in a.queue if job.asker is not None)
    a = a.doing(*refused, CloseLink())
    link = Link(number=a.link.number, failures=a.link.failures)
    return a.with_(queue=(), link=link, checked=False, listing=Listing(), needs=(), known=False, friends={})


def _told(a: Account) -> Account:
    """Who waits for the end of signing in hears of it."""
    return a.doing(*(Answer(asker, "account") for asker in a.waiting)).with_(waiting=())


def _left(a: Account) -> Account:
    a = a.with_(phase="out", why="signed out", remedy=LOGIN, suspect=False, me=None, cookies=False)
    return _told(_without_session(a, "signed out"))


def _entered(a: Account, step: Step, me: Me) -> Account:
    again = a.phase == "in"
    a = a.with_(
        phase="in", why="", remedy="", me=me, suspect=False, checked=True, wanted=False, needs=(), code=b""
    )
    if again:
        return a
    a = a.with_(listing=Listing(notices=True, friends=True))
    return _told(a)


def _needs(a: Account, step: Step, needs: tuple[str, ...]) -> Account:
    a = a.with_(needs=needs, code=b"", checked=False, suspect=False)
    if step.policy.can_make_codes and "totp" in needs and not a.made:
        return a.with_(phase="verifying", made=True)
    sent = "that VRChat has sent by e-mail" if "emailOtp" in needs else "of the account's authenticator"
    remedy = f"{LOGIN} and the code {sent}"
    return _told(a.with_(phase="code", why="VRChat asks for a code", remedy=remedy))


def _verified(a: Account, answer: WebAnswer) -> Account:
    if answer.status in (200, 401):  # 401: it may be the session that is refused
        return a.with_(phase="checking", code=b"")
    if not a.code:
        return stopped(
            a,
            answer.impossible or "VRChat refuses the code made from vrchat.totp_secret",
            f"correct it and this machine's clock, then {LOGIN}",
        )
    a = a.with_(phase="code", code=b"", why="VRChat refuses the code", remedy=f"{LOGIN} and a new code")
    return _told(a)


def _unknown(a: Account, step: Step, job: Job) -> Account:
    """401: for a session it is the answer to the one validation that is made; it is not repeated."""
    if job.kind == SIGN_IN:
        return stopped(a, "VRChat refuses name or password", f"{PASSWORD}, then {LOGIN}")
    a = a.with_(cookies=False)
    if a.wanted:
        return begun(a, step)
    return stopped(a, "VRChat has ended the session (it expired, or this machine's address changed)", LOGIN)
