"""How the account is, as its owner reads it."""

from actors.kernel.protocol.lifecycle import Health
from actors.vrchat.account.account import Account
from actors.vrchat.account.budget import DAY, within
from actors.vrchat.account.requests import accepted_today
from actors.vrchat.messages import AccountIs

SHOWN = 100  # verdicts, the newest
AGAIN = "nothing to do: it is tried again by itself"
DEAF = 3
"""Failures in a row of the websocket after which it is said."""


def report(a: Account, now: float) -> AccountIs:
    """Everything that the commands show."""
    me = a.me
    return AccountIs(
        a.phase,
        a.why or (a.kept.paused_why if now < a.kept.paused_until else ""),
        a.remedy,
        me.user_id if me is not None else "",
        me.name if me is not None else "",
        me.status if me is not None else "",
        me.status_text if me is not None else "",
        a.needs,
        a.link.state == "open",
        tuple(a.friends.values()),
        a.requests,
        a.invitations,
        a.kept.verdicts[-SHOWN:],
        len(accepted_today(a, now)),
        len(within(a.kept.spent, now, DAY)),
        len(within(a.kept.logins, now, DAY)),
        a.ignored,
    )


def health(a: Account, now: float) -> tuple[Health, str, str]:
    """Health, reason and remedy."""
    match a.phase:
        case "missing":
            return Health.DEGRADED, a.why, a.remedy
        case "human" | "code":
            return Health.DOWN, a.why, a.remedy
        case "out":
            return Health.OK, a.why, a.remedy
    if now < a.kept.paused_until and a.failures:
        return Health.DEGRADED, a.kept.paused_why, AGAIN
    if a.phase != "in":
        return Health.OK, "signing in to VRChat", ""
    if a.link.failures >= DEAF and a.link.state != "open":
        return Health.DEGRADED, "VRChat's events do not come: what they tell is read now and then", AGAIN
    return Health.OK, "signed in to VRChat", ""
