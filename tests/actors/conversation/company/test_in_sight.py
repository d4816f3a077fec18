"""Who stands near and ahead may speak: said as a likelihood where nothing else is sure, and never more."""

from collections import Counter

import pytest

from actors.conversation.company.company import (
    SURE,
    Candidate,
    Company,
    Evidence,
    KnownVoice,
    answered,
    heard,
    resembling,
    speaker,
)
from actors.conversation.company.in_sight import SEEN, likely
from actors.conversation.messages import TurnStarted
from actors.llm.messages import CompletionRequested
from actors.speech.messages import TranscriptReady
from actors.users.messages import GetProfile, InteractionHappened, PersonForgotten
from actors.vocabulary.values import UNKNOWN, Person, Resemblance
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.company.rooms import room
from tests.actors.conversation.company.test_rooms import Talk
from tests.actors.conversation.room import Room

ANNA, BOB, CARL = Person("usr_a", "Anna"), Person("usr_b", "Bob"), Person("usr_c", "Carl")
ALL = (ANNA, BOB, CARL)
ROOMS, MANY = 6, 100
RIGHT = 0.75
"""Of those who are guessed. Of those who are seen there 71 % speak; what was heard leaves out some of the others."""


def guess(
    company: Company,
    text: str = "Hm.",
    voice: int = 0,
    opposite: Person = ANNA,
    here: tuple[Person, ...] = ALL,
) -> Candidate:
    evidence = Evidence(text, 100.0, here=here, voice=voice)
    return likely(company, evidence, opposite, speaker(company, evidence))


def knowing(voice: int, person: Person) -> Company:
    return Company(known_voices={str(voice): KnownVoice(person, 0.9, 50.0)})


def test_where_nothing_else_tells_it_is_likely_and_not_sure() -> None:
    found = guess(Company(), voice=3)
    assert (found.person, found.certainty, found.why) == (ANNA, SEEN, "seen near and ahead")
    assert SEEN < SURE
    assert guess(Company(), opposite=UNKNOWN).person == UNKNOWN


@pytest.mark.parametrize(
    ("company", "text", "voice", "here"),
    [
        (knowing(1, BOB), "Hm.", 1, ALL),  # Bob's voice
        (knowing(1, BOB), "Hm.", 1, (ANNA, CARL)),  # his, though he has left
        (knowing(1, ANNA), "Hm.", 2, ALL),  # hers is another
        (resembling(Company(), 2, (Resemblance(BOB, 0.9),)), "Hm.", 2, ALL),
        (Company(), "Anna, look at this!", 2, ALL),
        (Company(), "This is Anna.", 2, ALL),
        (Company(), "I'm not Anna.", 2, ALL),
        (Company(), "Hm.", 2, (BOB, CARL)),  # she is not here
    ],
)
def test_what_was_heard_speaks_against_it(
    company: Company, text: str, voice: int, here: tuple[Person, ...]
) -> None:
    assert guess(company, text, voice, here=here).person != ANNA


def test_every_other_reason_weighs_more() -> None:
    asked = answered(Company(), "Bob, what do you think?", UNKNOWN, ALL, 95.0)
    assert guess(asked).person == BOB
    assert guess(Company(), "I'm Bob.", 2).person == BOB
    assert guess(knowing(1, BOB), voice=1).person == BOB


def test_in_many_rooms_it_makes_nothing_surer_and_guesses_well() -> None:
    guesses: Counter[bool] = Counter()
    for seed in range(MANY):
        known = Company()
        for line in room(seed):
            evidence = Evidence(line.text, line.at, here=line.here, voice=line.voice)
            found = speaker(known, evidence)
            seen = likely(known, evidence, line.opposite, found)
            if seen != found:
                assert seen.certainty < SURE
                assert found.certainty < seen.certainty
                guesses[seen.person == line.speaker] += 1
            known = answered(heard(known, evidence, found), "I see.", UNKNOWN, line.here, line.at + 2.0)
    right = guesses[True] / guesses.total()
    print(f"{guesses.total()} lines with nobody sure and somebody near and ahead: {right:.1%} are theirs")
    assert guesses.total() > MANY
    assert right >= RIGHT


@pytest.mark.parametrize("seed", range(ROOMS))
def test_with_open_eyes_the_actor_files_the_same_words_under_the_same_names(seed: int) -> None:
    blind, sees = Talk(), Talk(sees=True)
    for line in room(seed):
        assert sees.says(line) == blind.says(line)
    assert sees.room.actor.state.company == blind.room.actor.state.company
    assert sees.room["users"].of(InteractionHappened) == blind.room["users"].of(InteractionHappened)


def asked(text: str = "Do you like music?", opposite: Person = ANNA) -> Room:
    """A room in which somebody whom nobody knows asked it."""
    made = Room()
    now = made.world.clock.wall()
    made.give(TranscriptReady(f"Gerald, {text}", now - 2.0, now - 1.0, 0.2, 0.1, voice=7))
    made.answer("world", WhoIsHere, Present(ALL, "Home", opposite=opposite))
    return made


def test_the_model_is_told_who_it_may_be_and_the_record_is_nobodys() -> None:
    made = asked()
    assert len(made["llm"].of(CompletionRequested)) == 1
    assert 'It may be "Anna" who speaks now, but you are not sure.' in made.prompt()[-1]
    assert "who speaks now" not in asked(opposite=UNKNOWN).prompt()[-1]
    (started,) = made["behaviour"].of(TurnStarted)
    assert (started.person, started.certainty) == (UNKNOWN, SEEN)
    assert made["users"].of(GetProfile) == []
    assert made.actor.state.messages[-1].person == UNKNOWN


def test_a_guess_of_who_is_forgotten_ends_with_its_turn() -> None:
    made = asked()
    assert made.actor.state.active is not None
    assert made.actor.state.active.guess == ANNA
    made.give(PersonForgotten((ANNA,), made.world.clock.wall()))
    active = made.actor.state.active
    assert active is None or active.guess == UNKNOWN
    assert ANNA not in made.actor.state.surroundings.people
