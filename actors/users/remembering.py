"""What people told, as it goes into the records, and what of it matters to their words now. Pure."""

import re

import msgspec

from actors.users.acquaintance import Change, profile_of, remembered
from actors.users.facts.correction import corrected
from actors.users.facts.fact import HEARD_BY, STATED, Fact, Recalled, name_id
from actors.users.facts.hearsay import told_of_others
from actors.users.facts.names import named_in, proper_in
from actors.users.facts.notebook import noted, without_fact
from actors.users.facts.recall import Question, asks_back, recalled
from actors.users.facts.sharing import Share
from actors.users.facts.telling import Told, is_confided, told_in
from actors.users.state import UsersState, UserState, find
from actors.vocabulary.names import folded
from actors.vocabulary.values import Interaction, Person
from actors.vocabulary.words import sentences_of

HERE = 8  # people near whose facts are looked through, and of those named

_PROMISED = re.compile(r"\bi promise\b", re.I)


class Said(msgspec.Struct, frozen=True):
    """What `person` said in a talk, and who else heard it (user ids). bot: the bot's name."""

    person: Person
    talk: Interaction
    heard_by: tuple[str, ...]
    turn: int = 0
    bot: str = ""


def said(person: Person, talk: Interaction, here: tuple[Person, ...], turn: int, bot: str) -> Said:
    """A talk as it was heard. Where so many were near that they cannot be told apart later, nobody counts as near."""
    others = tuple(
        dict.fromkeys(one.user_id for one in here if one.is_known and one.user_id != person.user_id)
    )
    return Said(person, talk, others if len(others) <= HEARD_BY else (), turn, bot)


def learned(state: UsersState, words: Said) -> Change:
    """`state` with what a talk tells: of who speaks, of others who are known, and what the bot promised."""
    user = profile_of(state, words.person)
    if user is None or words.talk.kind != "talk":
        return Change(state)
    own, others = _told(state, user, words)
    change = remembered(state, user.person, own)
    for other, facts in others:
        after = remembered(change.state, other.person, facts)
        change = Change(after.state, (*change.paths, *after.paths))
    return change


def merged_facts(state: UsersState, interim: UserState) -> Change:
    """`state` with the facts that were noted while it was not known."""
    user = state.users.get(interim.user_id)
    if user is None:
        return Change(state)
    facts = user.facts
    for fact in interim.facts:
        facts = noted(facts, fact)
    return remembered(state, interim.person, facts)


def recall(
    state: UsersState, asker: Person, words: str, here: tuple[Person, ...], now: float, share: Share
) -> tuple[tuple[Recalled, ...], bool]:
    """The facts that matter to what `asker` says now, before those who are `here`; and whether they ask for some."""
    user = profile_of(state, asker)
    names = named_in(words, lambda name: _is_known(state, user, name))
    others = (record for name in names for record in find(state, name)[:1])
    near = (state.users.get(one.user_id) for one in here)
    records = {
        one.user_id: one for one in (user, *tuple(others)[:HERE], *tuple(near)[:HERE]) if one is not None
    }
    me = user.user_id if user is not None else asker.user_id
    named = frozenset(
        (
            *(one.user_id for name in names for one in find(state, name)[:1]),
            *(name_id(name) for name in names),
        )
    )
    around = frozenset((me, *(one.user_id for one in here if one.is_known)))
    question = Question(words, me, around, named, now, share)
    found = recalled(question, (fact for one in records.values() for fact in one.facts))
    return found, asks_back(words, names_somebody=bool(names))


def _told(
    state: UsersState, user: UserState, words: Said
) -> tuple[tuple[Fact, ...], list[tuple[UserState, tuple[Fact, ...]]]]:
    """The facts of who speaks then, and those of others of whom they told something."""
    facts, at, text = user.facts, words.talk.at, words.talk.detail
    of_others: dict[str, tuple[UserState, tuple[Fact, ...]]] = {}
    replaced = corrected(facts, user.user_id, text, at)
    if replaced is not None:
        old, told = replaced
        subject = old.subject
        return noted(without_fact(facts, old), _fact(state, user, words, told, subject)), []
    hearsay = told_of_others(text, at, lambda name: _other(state, user, name) is not None)
    for told in hearsay:
        other = _other(state, user, told.who)
        assert other is not None
        known = of_others.get(other.user_id, (other, other.facts))[1]
        of_others[other.user_id] = other, noted(known, _fact(state, user, words, told, other.user_id))
    spoken = {told.text for told in hearsay}
    for told in told_in(text, at):
        if told.text not in spoken:
            subject = name_id(told.who) if told.who else user.user_id
            facts = noted(facts, _fact(state, user, words, told, subject))
    for promise in _promises(words):
        facts = noted(facts, promise)
    return facts, list(of_others.values())


def _fact(state: UsersState, user: UserState, words: Said, told: Told, subject: str) -> Fact:
    return Fact(
        told.text,
        told.kind,
        told.key,
        subject,
        user.user_id,
        words.talk.at,
        user.display_name,
        words.turn,
        told.when,
        told.certainty,
        heard_by=words.heard_by,
        private=is_confided(words.talk.detail),
        names=names_of(state, told.text, (user.user_id, subject)),
    )


def names_of(state: UsersState, text: str, but: tuple[str, str]) -> tuple[str, ...]:
    """The ids of those whom `text` names, but for these."""
    names = named_in(text, lambda name: bool(state.names.get(folded(name))))
    ids = (
        *(one for name in names for one in (name_id(name), *state.names.get(folded(name), ()))),
        *map(name_id, proper_in(text)),
    )
    return tuple(one for one in dict.fromkeys(ids) if one not in but)[:HEARD_BY]


def _promises(words: Said) -> tuple[Fact, ...]:
    """What the bot promised in its answer."""
    said = (sentence for sentence in sentences_of(words.talk.reply) if _PROMISED.search(sentence))
    person, talk = words.person, words.talk
    return tuple(
        Fact(
            sentence[:160],
            "promise",
            "",
            person.user_id,
            "self",
            talk.at,
            words.bot,
            words.turn,
            certainty=STATED,
            heard_by=words.heard_by,
        )
        for sentence in said
    )


def _other(state: UsersState, user: UserState, name: str) -> UserState | None:
    """The one other person who goes by this name."""
    if not state.names.get(folded(name)):
        return None
    found = [one for one in find(state, name) if one.user_id != user.user_id]
    return found[0] if len(found) == 1 else None


def _is_known(state: UsersState, user: UserState | None, name: str) -> bool:
    if state.names.get(folded(name)):
        return True
    return user is not None and any(fact.subject == name_id(name) for fact in user.facts)
