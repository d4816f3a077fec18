"""The language of the talk: found by utterance, kept with the person, and followed by prompt, voice and apologies."""

from actors.conversation.languages import reply_language
from actors.conversation.state import ConversationState
from actors.llm.messages import CompletionFailed, CompletionRequested, SentenceReady
from actors.speech.messages import (
    LanguageExpected,
    NothingUnderstood,
    SpeakRequested,
    TranscriptGuessed,
    TranscriptReady,
)
from actors.users.messages import GetProfile, PreferenceStated, Profile
from actors.users.state import UserState
from actors.world.messages import Present, WhoIsHere
from config.schema import Bot, Speech
from tests.actors.conversation.room import ALONE, MIO, Room

WITH_MIO = Present((MIO,), "")


def said(
    room: Room, text: str, language: str, speaks: str = "", here: Present = WITH_MIO, likely: str = ""
) -> int:
    """Mio says something aloud; `speaks` is what is kept of her. The turn's number, when the model was asked."""
    at = 10.0 * (room.actor.state.turn + 1)
    room.give(TranscriptReady(text, at, at + 1.0, 0.4, 0.1, language=language, likely=likely))
    room.answer("world", WhoIsHere, here)
    if here.people:
        user = UserState(MIO.user_id, MIO.name, preferences={"speaks": speaks} if speaks else {})
        room.answer("users", GetProfile, Profile(MIO, user))
    return room.actor.state.turn


def prompt(room: Room) -> str:
    return room["llm"].of(CompletionRequested)[-1].messages[-1].content


def spoken(room: Room, turn: int) -> list[str]:
    return [one.language for one in room["speech.synthesizer"].of(SpeakRequested) if one.turn == turn]


def test_the_reply_is_asked_for_and_spoken_in_the_language_of_the_utterance() -> None:
    room = Room()
    turn = said(room, "Wie geht es dir?", "de")
    assert "Answer in German." in prompt(room)
    assert "German" not in room["llm"].of(CompletionRequested)[-1].messages[0].content
    room.give(SentenceReady(turn, 0, "Gut."))
    assert spoken(room, turn) == ["de"]
    assert room.actor.state.messages[0].language == "de"


def test_who_changes_to_english_is_answered_in_english_and_an_english_talk_needs_no_word_of_it() -> None:
    room = Room()
    said(room, "Hello there.", "en")
    assert "Answer in" not in prompt(room)
    said(room, "Und auf Deutsch?", "de")
    assert "Answer in German." in prompt(room)
    said(room, "Now English again.", "en")
    assert "Answer in English." in prompt(room)


def test_an_uncertain_utterance_is_answered_in_the_language_of_the_person() -> None:
    room = Room()
    turn = said(room, "Ja.", "", speaks="de", likely="nl")
    room.give(SentenceReady(turn, 0, "Gut."))
    assert spoken(room, turn) == ["de"]
    assert "Answer in German." in prompt(room)
    assert room["speech.recognizer"].of(LanguageExpected) == [LanguageExpected("de")]


def test_what_an_uncertain_utterance_was_taken_for_counts_for_a_stranger_and_is_not_kept() -> None:
    room = Room()
    room.give(TranscriptReady("Ciao.", 10.0, 11.0, 0.4, 0.1, likely="it"))
    room.answer("world", WhoIsHere, WITH_MIO)
    room.answer("users", GetProfile, Profile(MIO, None))
    assert "Answer in Italian." in prompt(room)
    assert not room["users"].of(PreferenceStated)
    assert room.actor.state.language == ""


def test_a_language_is_kept_with_the_person_once() -> None:
    room = Room()
    said(room, "Wie geht es dir?", "de")
    assert room["users"].of(PreferenceStated) == [PreferenceStated(MIO, "speaks", "de")]
    said(room, "Und dir?", "de", speaks="de")
    assert len(room["users"].of(PreferenceStated)) == 1
    said(room, "In English, please.", "en", speaks="de")
    assert room["users"].of(PreferenceStated)[-1] == PreferenceStated(MIO, "speaks", "en")


def test_nothing_is_kept_of_who_speaks_english_or_is_not_known() -> None:
    room = Room()
    said(room, "How are you?", "en")
    said(room, "Wie geht es dir?", "de", here=ALONE)
    assert not room["users"].of(PreferenceStated)


def test_what_a_person_speaks_is_no_matter_of_their_taste() -> None:
    room = Room()
    said(room, "Ja.", "", speaks="de")
    assert "speaks" not in prompt(room)


def test_the_apology_is_in_the_language_of_the_turn() -> None:
    room = Room()
    turn = said(room, "Wie geht es dir?", "de")
    room.give(CompletionFailed(turn, "timeout", "slow"))
    assert room["speech.synthesizer"].of(SpeakRequested)[-1].text.startswith("Entschuldige")


def test_a_guess_is_prepared_in_its_language() -> None:
    room = Room()
    room.give(TranscriptGuessed(5, "Wie geht es dir?", 10.0, 11.0, "de"))
    room.answer("world", WhoIsHere, ALONE)
    assert "Answer in German." in prompt(room)
    room.give(SentenceReady(0, 0, "Gut.", guess=5))
    assert room["speech.synthesizer"].messages == [SpeakRequested(0, 0, "Gut.", 5, "de")]
    room.give(TranscriptReady("Wie geht es dir?", 10.0, 11.0, 0.4, 0.0, guess=5, language="de"))
    assert room.actor.state.messages[0].language == "de"


def test_another_language_than_the_only_one_is_told_to_whoever_speaks_it_but_seldom() -> None:
    room = Room()
    room.give(NothingUnderstood(room.world.clock.wall(), 2.0, 0.9, "language"))
    (sorry,) = room["speech.synthesizer"].of(SpeakRequested)
    assert sorry.text == "Sorry, I only understand English."
    room.give(NothingUnderstood(room.world.clock.wall(), 2.0, 0.9, "language"))
    assert len(room["speech.synthesizer"].of(SpeakRequested)) == 1


def test_a_configured_language_is_that_of_every_turn() -> None:
    room = Room()
    room.actor.commit({"bot": Bot(), "speech": Speech(language="fr")})
    turn = said(room, "Ça va ?", "fr")
    assert "Answer in French." in room["llm"].of(CompletionRequested)[-1].messages[0].content
    assert "Answer in" not in prompt(room)
    room.give(SentenceReady(turn, 0, "Oui."))
    assert spoken(room, turn) == [""]
    assert not room["users"].of(PreferenceStated)


def test_what_was_spoken_last_counts_for_a_stranger() -> None:
    assert reply_language("auto", ConversationState(language="de")) == "de"
    assert reply_language("auto", ConversationState()) == ""
    assert reply_language("it", ConversationState(language="de")) == "it"


def test_a_language_of_its_own_is_asked_for_and_spoken_whatever_somebody_speaks() -> None:
    room = Room(bot=Bot(language="fr"))
    turn = said(room, "Wie geht es dir?", "de")
    assert "Answer in French, whatever language is spoken to you." in (
        room["llm"].of(CompletionRequested)[-1].messages[0].content
    )
    assert "Answer in" not in prompt(room)
    room.give(SentenceReady(turn, 0, "Bien."))
    assert spoken(room, turn) == ["fr"]
    assert room["users"].of(PreferenceStated)[-1].value == "de"  # what they speak is kept all the same
