"""Voices of earlier visits: whose one may be, when that is sure enough, and what the recognizer is told of them."""

from actors.conversation.company.company import Company, Evidence, resembling, speaker, without
from actors.speech.messages import ForgetVoices, TranscriptReady, VoiceBelongs
from actors.users.messages import PersonForgotten
from actors.vocabulary.values import UNKNOWN, Person, Resemblance
from actors.world.messages import Present, WhoIsHere
from config.schema import KeptOfUsers
from tests.actors.conversation.room import MIO, YU, Room

REN = Person("usr_ren", "Ren")
KEEPS = KeptOfUsers(voice_prints=True)
ALIKE = (Resemblance(MIO, 0.93), Resemblance(YU, 0.9), Resemblance(REN, 0.85))


def said_by(company: Company, *here: Person, voice: int = 1) -> Person:
    return speaker(company, Evidence("Hm.", 100.0, here=here, voice=voice)).person


def heard(room: Room, text: str, voice: int, alike: tuple[Resemblance, ...] = (), *here: Person) -> None:
    now = room.world.clock.wall()
    room.give(TranscriptReady(text, now - 2.0, now - 1.0, 0.2, 0.1, voice=voice, resembles=alike))
    room.answer("world", WhoIsHere, Present(here or (MIO, YU), "Home"))


def test_a_kept_voice_tells_who_of_those_here_it_is_if_no_other_sounds_like_it() -> None:
    known = resembling(Company(), 1, ALIKE)
    assert said_by(known, MIO, REN) == MIO
    assert said_by(known, YU, REN, Person("usr_x", "Xi")) == UNKNOWN
    assert said_by(known, MIO, YU) == UNKNOWN
    assert said_by(known) == UNKNOWN, "nobody knows who is here, and two come near"
    assert said_by(resembling(Company(), 1, ALIKE[:1])) == MIO
    assert said_by(resembling(Company(), 1, (Resemblance(MIO, 0.8),))) == UNKNOWN
    assert said_by(known, MIO, REN, voice=2) == UNKNOWN


def test_nothing_is_known_of_whom_it_resembles_after_they_are_forgotten() -> None:
    after = without(resembling(Company(), 1, ALIKE), {MIO.user_id})
    assert MIO.user_id not in str(after)
    assert said_by(after, MIO, REN) == REN


def test_an_introduction_counts_for_more_than_an_earlier_visit_and_is_kept() -> None:
    room = Room(users=KEEPS)
    heard(room, "I am Yu.", 1, ALIKE)
    assert room["speech.recognizer"].of(VoiceBelongs) == [VoiceBelongs(1, YU)]
    heard(room, "And I like trains.", 1, ALIKE)
    assert room.actor.state.messages[-1].person == YU


def test_what_is_not_sure_is_not_kept() -> None:
    room = Room(users=KEEPS)
    heard(room, "Nice weather.", 1, ALIKE[:1])
    assert room.actor.state.messages[-1].person == MIO
    assert not room["speech.recognizer"].of(VoiceBelongs)


def test_who_is_forgotten_has_no_kept_voice() -> None:
    room = Room(users=KEEPS)
    room.give(PersonForgotten((MIO,), 1.0))
    assert room["speech.recognizer"].of(ForgetVoices) == [ForgetVoices((MIO,))]


def test_where_no_voice_is_kept_the_recognizer_hears_nothing_of_it() -> None:
    room = Room()
    heard(room, "I am Yu.", 1)
    room.give(PersonForgotten((YU,), 1.0))
    told = room["speech.recognizer"]
    assert not told.of(VoiceBelongs)
    assert not told.of(ForgetVoices)
