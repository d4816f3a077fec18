"""To whom a fact may be told. Pure.

`own`: to who said it. `present_then`: also to somebody who heard it, where everybody who is here now did. `all`: to
everybody, but for what was told in confidence. What somebody asks for themselves they are told, whoever listens; but
it is not brought up unasked before people who have not heard it."""

from typing import Literal

from actors.users.facts.fact import Fact

Share = Literal["own", "present_then", "all"]


def may_tell(fact: Fact, to: str, share: Share) -> bool:
    """Whether `to` (a user id) may be told it at all, alone."""
    if fact.source == to or (fact.source == "self" and fact.subject == to):
        return True
    if share == "own" or fact.private:
        return False
    return share == "all" or to in fact.heard_by


def may_hear(fact: Fact, here: frozenset[str], share: Share) -> bool:
    """Whether everybody `here` (user ids, the asker among them) may hear it."""
    return all(may_tell(fact, one, share) for one in here)
