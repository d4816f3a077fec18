"""What must have happened in the scenes with visitors: each check gives what went wrong, a sentence each. Pure."""

from collections.abc import Iterator, Sequence

from actors.vocabulary.values import Person
from supervisor.demo.scene import Exchange, Scene
from supervisor.demo.timeline import alike

HEARD = 0.5
"""The share of the words of a sentence that must be heard: small models misspell."""


def greeted(scene: Scene, person: Person, *, waved: bool) -> Iterator[str]:
    """Somebody who came in is waved at, and welcomed by name."""
    if not waved:
        yield f"no gesture reached VRChat for {person.name}, who came in"
    if not any(one.outcome == "said" and person.name in one.reply for one in scene.exchanges):
        yield f"{person.name} was not greeted: said {_replies(scene)}"


def attributed(scene: Scene, person: Person, text: str, *, answered: bool) -> Iterator[str]:
    """`text` was heard and taken for words of `person`. answered: it was also answered."""
    found = _heard(scene, text)
    if found is None:
        yield f"{person.name} said {text!r}: heard {[one for one in scene.heard if one]}"
        return
    yield from _of(found, person)
    if answered and found.outcome != "said":
        yield f"the answer to {person.name} ended as {found.outcome or 'nothing'}"


def answered_in_turn(scene: Scene, asked: Sequence[tuple[Person, str, str]]) -> Iterator[str]:
    """Each of (person, question, word of its answer) was answered, in this order, and whoever had to wait by name."""
    said = [one for one in scene.exchanges if one.heard and one.outcome == "said"]
    if len(said) != len(asked):
        yield f"{len(asked)} questions at once: {len(said)} were answered ({_outcomes(scene)})"
    for number, (found, (person, text, word)) in enumerate(zip(said, asked, strict=False)):
        if alike(text, found.heard) < HEARD:
            yield f"{person.name} asked {text!r}: heard {found.heard!r}"
        yield from _of(found, person)
        if word.casefold() not in found.reply.casefold():
            yield f"{person.name} asked {text!r}: said {found.reply!r}, without {word}"
        if number and found.turn not in scene.at_once and person.name not in found.reply:
            yield f"{person.name} had to wait, and was not answered by name: {found.reply!r}"


def audible(scene: Scene, recording: str) -> Iterator[str]:
    """All that was said was heard outside. recording: the words that a recognizer found in it."""
    said = " ".join(one.reply for one in scene.exchanges if one.reply)
    if said and alike(said, recording) < HEARD:
        yield f"said {said!r}: the recording says {recording!r}"


def _heard(scene: Scene, text: str) -> Exchange | None:
    return next((one for one in reversed(scene.exchanges) if alike(text, one.heard) >= HEARD), None)


def _of(found: Exchange, person: Person) -> Iterator[str]:
    if found.person.user_id != person.user_id:
        yield f"{person.name} said {found.heard!r}: taken for words of {found.person.name}"


def _replies(scene: Scene) -> str:
    return repr([one.reply for one in scene.exchanges])


def _outcomes(scene: Scene) -> str:
    return ", ".join(f"{one.heard!r}: {one.outcome or 'nothing'}" for one in scene.exchanges if one.heard)
