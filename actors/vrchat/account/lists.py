"""Friends and notifications: read page by page after each new link, then kept up to date by the link's events."""

from collections.abc import Mapping

import msgspec

from actors.vrchat.account import invitations, requests
from actors.vrchat.account.account import FRIENDS, NOTICES, Account, Job, Listing, Step
from actors.vrchat.account.budget import HOUR, spread
from actors.vrchat.state import TRAVELING, Friend, News, WebAnswer

PAGE = 100  # what the service gives at once
MOST_FRIENDS = 5000
MOST_NOTICES = 1000
KINDS = 64  # of unknown events that are counted apart
LOOK = 3 * HOUR
"""About how long is waited without reading the lists: a link can fall silent and stay open."""
UNREADABLE = HOUR


def all_again(a: Account) -> Account:
    """Everything is to be read: what happened while there was no link is not told later."""
    return a.with_(listing=Listing(notices=True, friends=True, look_at=a.listing.look_at))


def job_of_lists(a: Account, step: Step) -> Job | None:
    """The next page; once the link is open, since what happens before that is not told."""
    listing = a.listing
    if a.link.state == "opening":
        return None
    if listing.notices or (0.0 < listing.look_at <= step.now):
        return Job(NOTICES, offset=listing.notices_at)
    if listing.friends:
        return Job(FRIENDS, offset=listing.friends_at, offline=listing.offline)
    return None


def asking(a: Account, job: Job) -> Account:
    """The first page is asked for: what events tell from now on it may not have."""
    if job.kind == NOTICES and not job.offset:
        return a.with_(listing=msgspec.structs.replace(a.listing, heard=()))
    return a


def notices_answered(a: Account, step: Step, job: Job, answer: WebAnswer) -> Account:
    """A page of notifications."""
    page = answer.notices
    if page is None:
        return _later(a, step)
    listing = a.listing
    found = (*listing.requests, *page.requests)
    invited = (*listing.invitations, *page.invitations)
    if page.more and job.offset + PAGE < MOST_NOTICES:
        listing = msgspec.structs.replace(
            listing, notices=True, notices_at=job.offset + PAGE, requests=found, invitations=invited
        )
        return a.with_(listing=listing)
    a = requests.listed(a, step, found)
    look_at = step.now + spread(LOOK, step.dice)
    listing = msgspec.structs.replace(
        a.listing, notices=False, notices_at=0, requests=(), invitations=(), look_at=look_at
    )
    a = a.with_(listing=listing)
    for one in invited:
        a = invitations.invited(a, one)
    return a


def friends_answered(a: Account, step: Step, job: Job, answer: WebAnswer) -> Account:
    """A page of friends: first those who are online, then the others."""
    if answer.status != 200 or answer.unreadable:
        return _later(a, step)
    listing = a.listing
    found = (*listing.found, *answer.friends)
    more = answer.more and job.offset + PAGE < MOST_FRIENDS
    if more or not job.offline:
        listing = msgspec.structs.replace(
            listing, found=found, friends_at=job.offset + PAGE if more else 0, offline=job.offline or not more
        )
        return a.with_(listing=listing)
    friends: dict[str, Friend] = {}
    for friend in found:  # who moved from one list to the other meanwhile is online
        if friend.person.user_id not in friends or friend.online:
            friends[friend.person.user_id] = friend
    listing = msgspec.structs.replace(listing, found=(), friends=False, friends_at=0, offline=False)
    return a.with_(listing=listing, friends=friends, known=True)


def _later(a: Account, step: Step) -> Account:
    """What cannot be read is not asked for again and again."""
    return a.with_(listing=Listing(look_at=step.now + spread(UNREADABLE, step.dice)))


def heard(a: Account, news: News) -> Account:
    """An event of the link."""
    match news.kind:
        case "":
            name = news.id or "unreadable"
            room = name in a.ignored or len(a.ignored) < KINDS
            name = name if room else "others"
            return a.with_(ignored={**a.ignored, name: a.ignored.get(name, 0) + 1})
        case "notification" if news.request is not None:
            return requests.heard_of(a, news.request)
        case "notification" if news.invitation is not None:
            return invitations.invited(a, news.invitation)
        case "see-notification" | "hide-notification" | "response-notification":
            return requests.put_away(a, news.id) if news.kind != "see-notification" else a
        case "friend-delete":
            return a.with_(friends=_without(a.friends, news.id))
        case "user-update" if news.me is not None and a.me is not None and news.me.user_id == a.me.user_id:
            return a.with_(me=news.me)
    return _friend_heard(a, news.kind, news.friend) if news.friend is not None else a


def _friend_heard(a: Account, kind: str, told: Friend) -> Account:
    """Where a friend is, or how they are called now; what an event leaves out stays."""
    before = a.friends.get(told.person.user_id)
    if before is None and len(a.friends) >= MOST_FRIENDS:
        return a
    person = told.person if told.person.name or before is None else before.person
    online = told.online if kind != "friend-update" or before is None else before.online
    place = told.place if kind in ("friend-online", "friend-location") else ""
    if kind == "friend-update" and before is not None:
        place = before.place
    if kind == "friend-location" and place == TRAVELING and before is not None and not before.online:
        online = True
    return a.with_(friends={**a.friends, person.user_id: Friend(person, online, place if online else "")})


def _without(friends: Mapping[str, Friend], id: str) -> Mapping[str, Friend]:
    return {user_id: friend for user_id, friend in friends.items() if user_id != id}
