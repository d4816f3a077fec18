"""Who may speak because they are the only one who is seen near and ahead: a likelihood, and never more. Pure.

Whoever stands there may as well listen to somebody behind the camera. So it is asked only where nothing else is sure,
weighs less than every other reason, and teaches no voice."""

from actors.conversation.company.company import (
    ALIKE,
    SURE,
    Candidate,
    Company,
    Evidence,
    spoken_to,
    told_in,
)
from actors.vocabulary.values import Person

SEEN = 0.5
"""How sure it is that they speak: below SURE, whatever else is known."""


def likely(company: Company, evidence: Evidence, opposite: Person, found: Candidate) -> Candidate:
    """Who most likely speaks, where `found` does so by all that was said and heard. opposite: who alone is seen near
    and ahead."""
    if found.certainty >= max(SURE, SEEN) or not _may_speak(company, evidence, opposite):
        return found
    return max(found, Candidate(opposite, SEEN, "seen near and ahead"), key=lambda one: one.certainty)


def _may_speak(company: Company, evidence: Evidence, opposite: Person) -> bool:
    """Whether they are here, and nothing that was said or heard speaks against it."""
    if not opposite.is_known or opposite not in evidence.here:
        return False
    named = {one.person for one in told_in(company, evidence) if one.kind != "self"}
    return opposite not in named | set(spoken_to(evidence)) and _has_such_a_voice(company, evidence, opposite)


def _has_such_a_voice(company: Company, evidence: Evidence, person: Person) -> bool:
    """Whether the voice may be theirs: nobody's yet, like no other's of an earlier visit, and theirs is not known."""
    if not evidence.voice:
        return True
    known = {one.person for one in company.known_voices.values()}
    alike = company.resembling.get(str(evidence.voice), ())
    others = bool(alike) and alike[0].likeness >= ALIKE and alike[0].person != person
    return company.owner(evidence.voice) is None and person not in known and not others
