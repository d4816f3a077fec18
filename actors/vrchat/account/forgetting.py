"""What is dropped of people who are to be forgotten."""

from actors.vocabulary.values import Person
from actors.vrchat.account.account import Account


def without(a: Account, people: tuple[Person, ...]) -> Account:
    """Nothing of them is kept. Whether somebody is a friend is VRChat's to know, and is read again from there."""
    gone = {one.user_id for one in people}
    verdicts = tuple(one for one in a.kept.verdicts if one.person.user_id not in gone)
    if len(verdicts) != len(a.kept.verdicts):
        a = a.keeping(verdicts=verdicts)
    return a.with_(
        requests=tuple(one for one in a.requests if one.person.user_id not in gone),
        invitations=tuple(one for one in a.invitations if one.person.user_id not in gone),
        friends={user_id: friend for user_id, friend in a.friends.items() if user_id not in gone},
        invited={user_id: at for user_id, at in a.invited.items() if user_id not in gone},
    )
