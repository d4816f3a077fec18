"""A fact as a value: who told what of whom, when, and who heard it. With its bounds."""

import msgspec

from actors.vocabulary.names import folded
from actors.vocabulary.type_names import durable

FACTS = 64  # of one person; beyond it the one that is worth least goes
LONGEST = 160  # characters of one
HEARD_BY = 16  # people of whom it is kept that they heard it; where there were more, nobody counts as having heard it

STATED, DOUBTED, HEARSAY = (
    0.9,
    0.6,
    0.5,
)  # certainty: said of oneself, said with a doubt, said of somebody else

DAY = 86400.0
FADES = 180 * DAY  # the time in which a fact that nobody speaks of is worth half as much
PAST = 3 * DAY  # after its day something that was to happen counts as past

WORTH = {
    "name": 1.0,
    "health": 0.95,
    "remember": 0.95,
    "family": 0.9,
    "home": 0.9,
    "pet": 0.9,
    "work": 0.9,
    "promise": 0.85,
    "birthday": 0.85,
    "age": 0.8,
    "origin": 0.8,
    "favourite": 0.75,
    "together": 0.7,
    "plan": 0.7,
    "does": 0.65,
    "fear": 0.65,
    "like": 0.6,
    "dislike": 0.6,
    "has": 0.6,
    "wants": 0.55,
    "is": 0.5,
    "did": 0.5,
    "says": 0.3,
}


@durable("users.Fact")
class Fact(msgspec.Struct, frozen=True, gc=False):
    """text: in the person's own words. kind: a key of WORTH. key: what it contradicts, such as `home`; "" for nothing.

    subject: the user id of whom it is about. source: of who said it (`self` for the bot), source_name: their name.
    turn, at: when (epoch seconds). when: of what is to happen, 0 for none. certainty: in (0, 1]. times: how often it
    was said. heard_by: ids of who else was there. private: told in confidence. names: ids of those it names."""

    text: str
    kind: str
    key: str
    subject: str
    source: str
    at: float
    source_name: str = ""
    turn: int = 0
    when: float = 0.0
    certainty: float = STATED
    times: int = 1
    heard_by: tuple[str, ...] = ()
    private: bool = False
    names: tuple[str, ...] = ()

    @property
    def is_of_who_said_it(self) -> bool:
        """False for what somebody told of somebody else."""
        return self.subject == self.source


@durable("users.Recalled")
class Recalled(msgspec.Struct, frozen=True, gc=False):
    """A fact as it is told. text: in the words of `who` said it, `days` ago. of: the name of whom it is about, "" where
    that is `who`. when: the day that it is about, "" for none. doubted: it may be otherwise. fits: the words ask for
    it; else it is only worth having in mind."""

    text: str
    who: str
    days: int = 0
    of: str = ""
    when: str = ""
    doubted: bool = False
    fits: bool = True


def worth(fact: Fact, now: float) -> float:
    """How much it matters at `now` (epoch seconds), in [0, 1]: by kind, certainty, age and how often it was said."""
    fresh: float = 0.5 ** (max(0.0, now - fact.at) / FADES)
    often = 1.0 + 0.1 * min(fact.times - 1, 5)
    value = WORTH.get(fact.kind, 0.3) * fact.certainty * fresh * often
    return min(1.0, value * (0.3 if is_past(fact, now) else 1.0))


def is_past(fact: Fact, now: float) -> bool:
    """Whether its day is over."""
    return bool(fact.when) and now > fact.when + PAST


def of_another_id(fact: Fact, old: str, new: str) -> Fact:
    """`fact` where the person of the id `old` has the id `new`; the same where it is not about them."""
    if old not in (fact.source, fact.subject, *fact.heard_by, *fact.names):
        return fact
    names = (
        (*fact.names, new) if old in fact.names else fact.names
    )  # the old one is a name that is in the text
    return msgspec.structs.replace(
        fact,
        source=new if fact.source == old else fact.source,
        subject=new if fact.subject == old else fact.subject,
        heard_by=tuple(dict.fromkeys(new if one == old else one for one in fact.heard_by)),
        names=tuple(dict.fromkeys(names))[-HEARD_BY:],
    )


def fact_faults(facts: tuple[Fact, ...]) -> tuple[str, ...]:
    """What is invalid among the facts of one person."""
    checks = {
        f"more than {FACTS} facts": len(facts) > FACTS,
        f"a fact of more than {LONGEST} characters": any(len(fact.text) > LONGEST for fact in facts),
        f"a fact that more than {HEARD_BY} heard": any(len(fact.heard_by) > HEARD_BY for fact in facts),
        "a fact with a certainty that is not in (0, 1]": not all(
            0.0 < fact.certainty <= 1.0 for fact in facts
        ),
    }
    return tuple(fault for fault, found in checks.items() if found)


def name_id(name: str) -> str:
    """The id of somebody of whom only the name is known (vocabulary.values.person_named)."""
    return f"name:{folded(name)}"
