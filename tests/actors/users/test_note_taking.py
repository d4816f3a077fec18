"""What a model finds in people's words becomes facts only where they said it, and when nobody speaks."""

import pytest

from actors.llm.messages import NotesDropped, NotesRequested, NotesTaken
from actors.users.facts.fact import DOUBTED
from actors.users.messages import ForgetPerson, InteractionHappened
from actors.users.note_taking import QUIET, TALKS, source
from actors.users.state import UserState
from actors.vocabulary.values import Interaction, Person
from config.schema import Memory
from tests.actors.users.test_remembering import say
from tests.actors.users.test_users import asked, begin
from tests.doubles.virtual_world import Probe, VirtualWorld

ANN, BOB = Person("usr_ann", "Ann"), Person("usr_bob", "Bob")
SAILED = "Back in the nineties, sailing around Norway with the crew of the Aurora, what a time."


def told(text: str = SAILED) -> tuple[VirtualWorld, object, Probe]:
    world, actor, _ = begin()
    model = world.probe("llm")
    say(world, ANN, text)
    return world, actor, model


def facts(actor: object) -> list[tuple[str, float]]:
    return [(fact.text, fact.certainty) for fact in actor.state.users["usr_ann"].facts]  # type: ignore[attr-defined]


def test_when_nobody_speaks_a_model_is_asked_once_for_what_was_said() -> None:
    world, _, model = told()
    (request,) = model.of(NotesRequested)
    assert request.about == "usr_ann"
    assert request.messages[-1].content == f"- {SAILED}"
    world.advance(10 * QUIET)
    assert len(model.of(NotesRequested)) == 1


def test_of_everybody_who_spoke_notes_are_taken_and_of_each_word_once() -> None:
    world, _, _ = begin()
    model = world.probe("llm")
    for person in (BOB, ANN):
        talk = Interaction("talk", person.name, SAILED, world.clock.wall())
        world.give("users", InteractionHappened(person, talk))
    world.advance(2 * QUIET)
    world.give("users", NotesTaken("usr_bob", ()), sender="llm")
    say(world, ANN, "I have been painting watercolours of lighthouses for years.")
    assert [one.about for one in model.of(NotesRequested)] == ["usr_bob", "usr_ann"]
    said = model.of(NotesRequested)[-1].messages[-1].content
    assert said.count("Norway") == 1
    say(world, ANN, "I once had a parrot that could sing three songs.")
    assert "Norway" not in model.of(NotesRequested)[-1].messages[-1].content


def test_while_people_speak_no_model_is_asked() -> None:
    world, _, _ = begin()
    model = world.probe("llm")
    for number in range(10):
        talk = Interaction("talk", "Ann", f"{SAILED} {number}", world.clock.wall())
        world.give("users", InteractionHappened(ANN, talk))
        world.advance(QUIET / 2)
    assert model.of(NotesRequested) == []


def test_what_they_said_becomes_a_fact_and_what_a_model_made_up_does_not() -> None:
    world, actor, _ = told()
    made_up = ("I sailed around Norway in the nineties.", "I am a pirate from Jamaica.", "Do I like boats?")
    world.give("users", NotesTaken("usr_ann", made_up), sender="llm")
    assert facts(actor) == [("I sailed around Norway in the nineties", DOUBTED)]


def test_notes_that_nobody_asked_for_change_nothing() -> None:
    world, actor, _ = told()
    world.give("users", NotesTaken("usr_bob", ("I sailed around Norway.",)), sender="llm")
    world.give("users", NotesTaken("usr_ann", ("I sailed around Norway.",)), sender="llm")
    assert facts(actor) == []


def test_notes_of_somebody_who_was_forgotten_meanwhile_are_not_taken() -> None:
    world, actor, _ = told()
    asked(world, ForgetPerson("Ann"))
    world.give("users", NotesTaken("usr_ann", ("I sailed around Norway.",)), sender="llm")
    assert actor.state.users == {}  # type: ignore[attr-defined]


def test_the_model_is_told_to_stop_when_somebody_is_forgotten() -> None:
    world, _, model = told()
    asked(world, ForgetPerson("Ann"))
    assert len(model.of(NotesDropped)) == 1
    say(world, BOB, SAILED)
    world.give("users", NotesTaken("usr_bob", ()), sender="llm")
    asked(world, ForgetPerson("Bob"))
    assert len(model.of(NotesDropped)) == 1  # nothing was asked any more


def test_the_owner_can_switch_it_off() -> None:
    world, actor, _ = begin()
    model = world.probe("llm")
    actor.commit({"memory": Memory(summarize="off")})
    say(world, ANN, SAILED)
    assert model.messages == []


@pytest.mark.parametrize("count", [1, 15])
def test_a_model_is_given_the_last_talks_only(count: int) -> None:
    talks = tuple(Interaction("talk", "Ann", f"{SAILED} {n}", float(n)) for n in range(1, count + 1))
    found = source(UserState("usr_ann", "Ann", interaction_history=talks), 0.0)
    assert found is not None
    assert len(found.texts) == min(count, TALKS)
    assert found.until == float(count)
    assert source(UserState("usr_ann", "Ann", interaction_history=talks), float(count)) is None
