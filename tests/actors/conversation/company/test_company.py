"""Who speaks, by all that is known, and how what was filed wrongly is put right."""

from actors.conversation.company.company import (
    SURE,
    Candidate,
    Company,
    Evidence,
    Filed,
    answered,
    filed,
    heard,
    misfiled,
    moved,
    speaker,
    without,
)
from actors.vocabulary.values import UNKNOWN, Person

ANNA, BOB, CARL = Person("usr_a", "Anna"), Person("usr_b", "Bob"), Person("usr_c", "Carl")
BOTH, ALL = (ANNA, BOB), (ANNA, BOB, CARL)


def said(
    company: Company, text: str, voice: int = 0, at: float = 100.0, here=BOTH
) -> tuple[Company, Candidate]:
    """Somebody says it: what is known then, and who it is said to be."""
    evidence = Evidence(text, at, here=here, voice=voice)
    found = speaker(company, evidence)
    return heard(company, evidence, found), found


def test_among_several_nobody_knows_a_voice_until_it_says_who_it_is() -> None:
    known, found = said(Company(), "I like trains.", voice=1)
    assert found.person == UNKNOWN
    known, found = said(known, "My name is Anna.", voice=1)
    assert (found.person, found.certainty >= SURE) == (ANNA, True)
    known, found = said(known, "And I have a dog.", voice=1, at=2000.0)
    assert (found.person, found.why) == (ANNA, "by the voice")
    _, found = said(known, "Me too.", voice=2)
    assert found.person == UNKNOWN


def test_a_voice_that_was_heard_alone_is_known_in_company() -> None:
    known, _ = said(Company(), "Hello.", voice=1, here=(ANNA,))
    assert said(known, "So, who is that?", voice=1)[1].person == ANNA


def test_a_voice_of_somebody_who_left_is_nobodys_here() -> None:
    known, _ = said(Company(), "I'm Anna.", voice=1)
    assert said(known, "Hm.", voice=1, here=(BOB, CARL))[1].person == UNKNOWN


def test_whoever_was_introduced_by_another_is_the_next_to_speak() -> None:
    known, _ = said(Company(), "I'm Anna.", voice=1)
    known, _ = said(known, "This is Bob.", voice=1, at=110.0)
    known, found = said(known, "Hello.", voice=2, at=115.0)
    assert (found.person, found.why) == (BOB, "introduced by another")
    assert said(known, "Hm.", voice=3, at=116.0)[1].person == UNKNOWN


def test_whoever_is_asked_by_name_answers() -> None:
    known = answered(Company(), "Bob, what do you think?", UNKNOWN, BOTH, 100.0)
    assert said(known, "I think so.", voice=2, at=105.0)[1].person == BOB
    assert said(known, "I think so.", at=105.0)[1].certainty < SURE  # anybody may have said it
    assert said(known, "I think so.", voice=2, at=200.0)[1].person == UNKNOWN


def test_a_lone_name_answers_the_question_who_it_is() -> None:
    known = answered(Company(), "Who am I talking to?", UNKNOWN, BOTH, 100.0)
    assert said(known, "Anna.", voice=1, at=103.0)[1].person == ANNA


def test_whoever_calls_another_is_not_that_one() -> None:
    known, _ = said(Company(), "I'm Bob.", voice=1)
    assert said(known, "Bob, come here!", voice=1)[1].person == UNKNOWN


def test_a_correction_moves_what_was_filed_for_that_voice() -> None:
    known, _ = said(Company(), "I'm Anna.", voice=1)
    for turn in (1, 2):
        known = filed(known, Filed(turn, ANNA, 1, 100.0 + turn))
    known = filed(known, Filed(3, BOB, 2, 103.0))
    evidence = Evidence("No, I'm not Anna, I'm Carl.", 110.0, here=ALL, voice=1)
    found = speaker(known, evidence)
    wrong = misfiled(known, evidence, found)
    assert (found.person, [one.turn for one in wrong]) == (CARL, [1, 2])
    after = moved(heard(known, evidence, found), wrong, found.person)
    assert [one.person for one in after.filed] == [CARL, CARL, BOB]
    assert said(after, "Right.", voice=1, here=ALL)[1].person == CARL


def test_who_only_denies_it_is_nobody_and_the_voice_is_forgotten() -> None:
    known, _ = said(Company(), "I'm Anna.", voice=1)
    known = filed(known, Filed(1, ANNA, 1, 101.0))
    evidence = Evidence("I'm not Anna.", 110.0, here=BOTH, voice=1)
    found = speaker(known, evidence)
    wrong = misfiled(known, evidence, found)
    assert (found.person, len(wrong)) == (UNKNOWN, 1)
    assert heard(known, evidence, found).known_voices == {}


def test_of_who_is_forgotten_no_voice_is_known() -> None:
    known, _ = said(Company(), "I'm Anna.", voice=1)
    known = answered(filed(known, Filed(1, ANNA, 1, 101.0)), "Anna, how are you?", ANNA, BOTH, 102.0)
    after = without(known, {ANNA.user_id})
    assert (after.known_voices, after.filed, after.asked) == ({}, (), UNKNOWN)
