"""Who speaks? What is known of the voices, introductions and questions of a visit, and what follows from it. Pure.

A voice has a number, which the recognizer gives it and which means nothing outside this run."""

from collections.abc import Mapping

import msgspec

from actors.conversation.company.introductions import Introduction, asks_who, introductions
from actors.conversation.company.naming import named_anywhere, named_first
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import UNKNOWN, Person, Resemblance

SURE = 0.75
"""The certainty from which on words go to somebody's record; below it somebody said them."""

VOICES = 32  # that are known at most; beyond it the one that was silent for the longest time is forgotten
FILED = 16  # of the last attributions, which a correction can move
_LISTENS_FOR = 20.0  # seconds for which an introduction or a question waits for whom it is about
_ANSWERS = 12.0
ALIKE = 0.82  # likeness to a kept voice from which on it may be that person
_CLEARLY = 0.06  # and so much more than to any other's who may be here
_KEPT = 0.8  # how sure that is
_HEARD_MORE = 0.02  # the certainty that each further attribution adds to a voice's
_MOST = 0.97


@durable("conversation.KnownVoice")
class KnownVoice(msgspec.Struct, frozen=True):
    """Whose voice it is, how sure that is, and when it was heard last (epoch seconds)."""

    person: Person
    certainty: float
    at: float


@durable("conversation.Filed")
class Filed(msgspec.Struct, frozen=True):
    """A turn that was said to be of `person`. at: of the interaction in their record (epoch seconds), 0 for none.

    until: when the turn was over, 0 where that is not known."""

    turn: int
    person: Person
    voice: int = 0
    at: float = 0.0
    until: float = 0.0


@durable("conversation.Company")
class Company(msgspec.Struct, frozen=True):
    """known_voices: by number, whose they are. filed: the last attributions. asked: whom the bot asked something by
    name, asked_who: it asked who somebody is; asked_at: when. introduced: whom another has introduced, in which voice,
    when. resembling: by number, whose kept voices one sounds like."""

    known_voices: Mapping[str, KnownVoice] = {}
    filed: tuple[Filed, ...] = ()
    asked: Person = UNKNOWN
    asked_who: bool = False
    asked_at: float = 0.0
    introduced: Person = UNKNOWN
    introduced_by: int = 0
    introduced_at: float = 0.0
    resembling: Mapping[str, tuple[Resemblance, ...]] = {}

    def owner(self, voice: int) -> KnownVoice | None:
        """Whose voice that with this number is, if that is known."""
        return self.known_voices.get(str(voice))


class Evidence(msgspec.Struct, frozen=True):
    """All that tells who said `text` at `at` (epoch seconds). given: named with the words. here: who is present, empty
    if nobody knows. voice: its number, 0 for an unknown one."""

    text: str
    at: float
    given: Person = UNKNOWN
    here: tuple[Person, ...] = ()
    voice: int = 0


class Candidate(msgspec.Struct, frozen=True):
    """Who may have said it, how sure that is in [0, 1], and why."""

    person: Person = UNKNOWN
    certainty: float = 0.0
    why: str = "nothing tells"


def speaker(company: Company, evidence: Evidence) -> Candidate:
    """Who most likely speaks."""
    return max(candidates(company, evidence), key=lambda one: one.certainty, default=Candidate())


def candidates(company: Company, evidence: Evidence) -> list[Candidate]:
    """Everybody who may speak, each with the best reason there is."""
    if evidence.given.is_known:
        return [Candidate(evidence.given, 1.0, "named with the words")]
    told = told_in(company, evidence)
    denied = {one.person.user_id for one in told if one.kind == "not"}
    found = [
        Candidate(one.person, one.certainty, "introduced themselves") for one in told if one.kind == "self"
    ]
    if not found:
        by_voice = (*_by_voice(company, evidence), *_by_kept_voice(company, evidence))
        found = [*_alone(evidence), *by_voice, *_expected(company, evidence)]
        called = {person.user_id for person in spoken_to(evidence)}
        found = [one for one in found if one.person.user_id not in called]
    return [one for one in found if one.person.user_id not in denied]


def resembling(company: Company, voice: int, whose: tuple[Resemblance, ...]) -> Company:
    """Whose kept voices the one with this number sounds like, as far as it was heard by now."""
    if not voice or company.resembling.get(str(voice), ()) == whose:
        return company
    others = {number: those for number, those in company.resembling.items() if number != str(voice) and those}
    kept = dict([*others.items(), (str(voice), whose)][-VOICES:])
    return msgspec.structs.replace(company, resembling=kept)


def heard(company: Company, evidence: Evidence, found: Candidate) -> Company:
    """`company` after these words, which `found` has said: the voice is known, and who was introduced is waited for."""
    told = told_in(company, evidence)
    other = next((one.person for one in told if one.kind == "other"), None)
    if other is not None:
        company = msgspec.structs.replace(
            company, introduced=other, introduced_by=evidence.voice, introduced_at=evidence.at
        )
    elif not evidence.voice or evidence.voice != company.introduced_by:
        company = msgspec.structs.replace(company, introduced=UNKNOWN)  # the next one to speak was meant
    denied = {one.person.user_id for one in told if one.kind == "not"}
    known = company.owner(evidence.voice)
    if known is not None and known.person.user_id in denied:
        others = {v: k for v, k in company.known_voices.items() if v != str(evidence.voice)}
        company = msgspec.structs.replace(company, known_voices=others)
    return _recognized(company, evidence, found)


def answered(company: Company, reply: str, to: Person, here: tuple[Person, ...], at: float) -> Company:
    """The bot has said `reply`, of which somebody may be asked something."""
    asked = UNKNOWN
    if reply.rstrip().endswith("?"):
        named = named_anywhere(reply, here)
        asked = named[0] if len(named) == 1 else to if not named else UNKNOWN
    return msgspec.structs.replace(company, asked=asked, asked_who=asks_who(reply), asked_at=at)


def filed(company: Company, turn: Filed) -> Company:
    """The turn went to the record of a person."""
    return msgspec.structs.replace(company, filed=(*company.filed, turn)[-FILED:])


def misfiled(company: Company, evidence: Evidence, found: Candidate) -> tuple[Filed, ...]:
    """What was said to be of another, and is of `found`, who corrects it with these words. By the voice; without one,
    only the last turn."""
    told = told_in(company, evidence)
    corrected = [one for one in told if one.corrects]
    if not corrected or not company.filed:
        return ()
    if evidence.voice:
        mine = [one for one in company.filed if one.voice == evidence.voice]
    else:
        mine = [one for one in company.filed[-1:] if evidence.at - (one.until or one.at) < _LISTENS_FOR]
    return tuple(one for one in mine if one.person.user_id != found.person.user_id)


def moved(company: Company, wrong: tuple[Filed, ...], right: Person) -> Company:
    """What was misfiled is of `right` now."""
    turns = {one.turn for one in wrong}
    now = (msgspec.structs.replace(one, person=right) if one.turn in turns else one for one in company.filed)
    return msgspec.structs.replace(company, filed=tuple(one for one in now if one.person.is_known))


def without(company: Company, ids: frozenset[str] | set[str]) -> Company:
    """Nothing of these people."""
    return msgspec.structs.replace(
        company,
        known_voices={
            number: known for number, known in company.known_voices.items() if known.person.user_id not in ids
        },
        filed=tuple(one for one in company.filed if one.person.user_id not in ids),
        asked=UNKNOWN if company.asked.user_id in ids else company.asked,
        introduced=UNKNOWN if company.introduced.user_id in ids else company.introduced,
        resembling={
            number: tuple(one for one in those if one.person.user_id not in ids)
            for number, those in company.resembling.items()
        },
    )


def told_in(company: Company, evidence: Evidence) -> tuple[Introduction, ...]:
    """Whom the words introduce."""
    recent = 0.0 <= evidence.at - company.asked_at < _ANSWERS
    return tuple(introductions(evidence.text, evidence.here, asked_who=company.asked_who and recent))


def _alone(evidence: Evidence) -> list[Candidate]:
    only = evidence.here[0] if len(evidence.here) == 1 else None
    return [Candidate(only, 0.95, "nobody else is here")] if only else []


def _by_voice(company: Company, evidence: Evidence) -> list[Candidate]:
    known = company.owner(evidence.voice) if evidence.voice else None
    if known is None or (
        evidence.here and known.person.user_id not in {one.user_id for one in evidence.here}
    ):
        return []
    return [Candidate(known.person, known.certainty, "by the voice")]


def _by_kept_voice(company: Company, evidence: Evidence) -> list[Candidate]:
    """Who of those that may be here was known by such a voice on an earlier visit."""
    if company.owner(evidence.voice) is not None:
        return []
    here = {one.user_id for one in evidence.here}
    known = {one.person.user_id for one in company.known_voices.values()}  # by another voice
    near = [
        one
        for one in company.resembling.get(str(evidence.voice), ())
        if (not here or one.person.user_id in here) and one.person.user_id not in known
    ]
    if not near or near[0].likeness < ALIKE:
        return []
    if len(near) > 1 and near[0].likeness - near[1].likeness < _CLEARLY:
        return []
    return [Candidate(near[0].person, _KEPT, "by a voice of an earlier visit")]


def _expected(company: Company, evidence: Evidence) -> list[Candidate]:
    """Whom another has introduced, or whom the bot has asked something, unless the voice is somebody else's."""
    if company.owner(evidence.voice) is not None:
        return []
    found = []
    introduced = 0.0 <= evidence.at - company.introduced_at < _LISTENS_FOR
    if (
        introduced
        and company.introduced.is_known
        and evidence.voice
        and evidence.voice != company.introduced_by
    ):
        found.append(Candidate(company.introduced, 0.8, "introduced by another"))
    if company.asked.is_known and 0.0 <= evidence.at - company.asked_at < _ANSWERS:
        known_voices = {known.person.user_id for known in company.known_voices.values()}
        new = evidence.voice and company.asked.user_id not in known_voices
        found.append(Candidate(company.asked, 0.8 if new else 0.6, "was asked"))
    return [one for one in found if not evidence.here or one.person in evidence.here]


def spoken_to(evidence: Evidence) -> tuple[Person, ...]:
    """Whom the words call by name: somebody else than who speaks."""
    first = named_first(evidence.text, evidence.here)
    return (first.person,) if first.certainty >= 0.95 and len(evidence.here) > 1 else ()


def _recognized(company: Company, evidence: Evidence, found: Candidate) -> Company:
    if not evidence.voice or found.certainty < SURE:
        return company
    known = company.owner(evidence.voice)
    certainty = min(found.certainty, _MOST)
    if known is not None and known.person == found.person:
        certainty = min(max(known.certainty, certainty) + _HEARD_MORE, _MOST)
    # Nobody has two voices: the surer one is theirs.
    others = {
        number: one
        for number, one in company.known_voices.items()
        if one.person != found.person or one.certainty >= certainty
    }
    voices = {**others, str(evidence.voice): KnownVoice(found.person, certainty, evidence.at)}
    if len(voices) > VOICES:
        del voices[min(voices, key=lambda number: voices[number].at)]
    return msgspec.structs.replace(company, known_voices=voices)
