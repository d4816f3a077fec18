"""What the owner allows, taken from the configuration."""

import msgspec

from actors.vocabulary.names import same_name
from actors.vocabulary.values import Person
from config.schema import VRChat


class Policy(msgspec.Struct, frozen=True):
    """missing: what has to be set before anything is sent, "" for nothing; remedy: how. can_sign_in: there is a
    password.

    can_make_codes: there is the secret of an authenticator. The rest is as in the section."""

    missing: str = ""
    remedy: str = ""
    can_sign_in: bool = True
    can_make_codes: bool = False
    accepts: bool = False
    a_day: int = 20
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    invites: str = "ignore"
    status: str = ""
    status_text: str | None = None


def policy_of(section: VRChat) -> Policy:
    """The policy of a section `vrchat`."""
    missing, remedy = "", ""
    if not section.username:
        missing, remedy = "vrchat.username is not set", "set it to the account's name"
    elif not section.contact:
        missing = "vrchat.contact is not set"
        remedy = "set it to an e-mail address or a page at which VRChat reaches you: it asks every program for that"
    return Policy(
        missing,
        remedy,
        bool(section.password),
        bool(section.totp_secret),
        section.auto_friend_accept,
        section.friends_a_day,
        section.allow,
        section.deny,
        section.invites,
        section.status or "",
        section.status_text,
    )


def names(listed: tuple[str, ...], person: Person) -> bool:
    """Whether a list of ids and names has `person` in it."""
    return any(one == person.user_id or (person.name and same_name(one, person.name)) for one in listed)
