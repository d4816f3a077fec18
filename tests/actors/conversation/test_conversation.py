"""A turn of conversation, played through the actor under the virtual clock with every other room a probe."""

import pytest

from actors.audio.messages import PlaybackDone, PlaybackEnded, PlaybackStarted, SentencePlayed
from actors.conversation.conversation import Conversation
from actors.conversation.hearing.turn_start import TURN_WITHIN
from actors.conversation.messages import (
    CancelTurn,
    ReplyEnded,
    ReplySentence,
    TextReceived,
    TurnStarted,
    WatchTurns,
)
from actors.kernel.protocol.lifecycle import Undelivered
from actors.llm.messages import CompletionEnded, CompletionFailed, CompletionRequested, SentenceReady
from actors.osc.messages import ChatboxText, Typing
from actors.speech.messages import (
    Cancel,
    SpeakRequested,
    Spoken,
    SynthesisFailed,
    TranscriptReady,
)
from actors.system.messages import StageReached
from actors.users.messages import GetProfile, InteractionHappened, Profile
from actors.users.state import UserState
from actors.vocabulary.values import UNKNOWN, Interaction, person_named
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.room import MIO, Room


def ended(room: Room) -> ReplyEnded:
    (message,) = room["listener"].of(ReplyEnded)
    assert isinstance(message, ReplyEnded)
    return message


def test_a_reply_is_spoken_shown_and_told_sentence_by_sentence_while_it_grows() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."))
    assert room["speech.synthesizer"].of(SpeakRequested) == [SpeakRequested(turn, 0, "Fine.")]
    assert room["speech.recognizer"].of(Spoken) == [Spoken(turn, "Fine.")]
    room.give(SentenceReady(turn, 1, "And you?"), CompletionEnded(turn, 2, "Fine. And you?", 6, "stop"))
    assert room["audio.speaker"].of(PlaybackDone) == [PlaybackDone(turn, 2)]
    assert room["listener"].of(ReplyEnded) == []
    room.played(turn, 2)
    assert room["listener"].of(ReplySentence) == [
        ReplySentence(turn, 0, "Fine."),
        ReplySentence(turn, 1, "And you?"),
    ]
    assert ended(room) == ReplyEnded(turn, "said", "Fine. And you?")
    assert [(u.role, u.text) for u in room.actor.state.messages] == [
        ("user", "How are you?"),
        ("assistant", "Fine. And you?"),
    ]


def test_the_chatbox_shows_a_sentence_when_the_voice_begins_it() -> None:
    room = Room()
    turn = room.ask()
    shown = [ChatboxText(turn, text) for text in ("One.", "Two.", "Three.")]
    room.give(SentenceReady(turn, 0, "One."), SentenceReady(turn, 1, "Two."))
    assert room["osc.sender"].of(ChatboxText) == []
    room.give(PlaybackStarted(turn, 1.0))
    assert room["osc.sender"].of(ChatboxText) == shown[:1]
    room.give(SentencePlayed(turn, 0))
    assert room["osc.sender"].of(ChatboxText) == shown[:2]
    room.give(SentencePlayed(turn, 1))
    room.give(SentenceReady(turn, 2, "Three."))  # the voice was waiting for it
    assert room["osc.sender"].of(ChatboxText) == shown


def test_what_the_voice_leaves_out_is_shown_at_the_end_and_what_was_cut_off_is_not() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "One."), SentenceReady(turn, 1, "x = 1\ny = 2"))
    room.give(CompletionEnded(turn, 2, "", 6, "stop"), PlaybackStarted(turn, 1.0), PlaybackEnded(turn, 2.0))
    assert [shown.text for shown in room["osc.sender"].of(ChatboxText)] == ["One.", "x = 1\ny = 2"]
    turn = room.ask("And?")
    room.give(SentenceReady(turn, 0, "Well."), SentenceReady(turn, 1, "No."), PlaybackStarted(turn, 3.0))
    room.ask("Wait!")
    assert [shown.text for shown in room["osc.sender"].of(ChatboxText)][2:] == ["Well."]


def test_without_a_voice_all_is_shown_at_once() -> None:
    room = Room()
    turn = room.ask()
    room.give(
        SentenceReady(turn, 0, "One."), SynthesisFailed(turn, 0, "no voice"), SentenceReady(turn, 1, "Two.")
    )
    assert [shown.text for shown in room["osc.sender"].of(ChatboxText)] == ["One.", "Two."]


def test_typing_is_on_while_thinking_and_off_afterwards() -> None:
    room = Room()
    turn = room.ask()
    assert room["osc.sender"].of(Typing) == [Typing(True)]
    room.give(SentenceReady(turn, 0, "Fine."), CompletionEnded(turn, 1, "Fine.", 2, "stop"))
    room.played(turn, 1)
    assert room["osc.sender"].of(Typing)[-1] == Typing(False)


def test_the_prompt_carries_persona_name_and_the_last_turns() -> None:
    room = Room()
    turn = room.ask("My cat is called Tofu.")
    room.give(SentenceReady(turn, 0, "Nice."), CompletionEnded(turn, 1, "Nice.", 2, "stop"))
    room.played(turn, 1)
    room.ask("What is my cat called?")
    request = room["llm"].of(CompletionRequested)[-1]
    assert request.messages[0].role == "system"
    assert "Gerald" in request.messages[0].content
    assert [(m.role, m.content.rpartition("\n")[2]) for m in request.messages[1:]] == [
        ("user", "Mio: My cat is called Tofu."),
        ("assistant", "Nice."),
        ("user", "Mio: What is my cat called?"),
    ]
    assert request.people == ("Mio",)


def test_a_known_person_is_greeted_as_such_and_the_talk_goes_into_the_history() -> None:
    room = Room()
    room.hear("Hello again")
    met = UserState(MIO.user_id, "Mio", 0.2, (Interaction("talk", "Mio", "hi", 1.0),))
    room.answer("users", GetProfile, Profile(MIO, met))
    assert "You have met before." in room.prompt()[-1]
    turn = room.actor.state.turn
    room.give(SentenceReady(turn, 0, "Hi!"), CompletionEnded(turn, 1, "Hi!", 2, "stop"))
    room.played(turn, 1)
    (happened,) = room["users"].of(InteractionHappened)
    assert (happened.person, happened.interaction.kind) == (MIO, "talk")


@pytest.mark.parametrize(
    ("people", "speaker"),
    [((), UNKNOWN), ((MIO,), MIO), ((MIO, person_named("Yu")), UNKNOWN)],
)
def test_who_spoke_is_the_only_person_present_else_unknown(people: tuple, speaker: object) -> None:  # type: ignore[type-arg]
    room = Room()
    room.give(TranscriptReady("Hello", 10.0, 11.0, 0.4, 0.2))
    room.answer("world", WhoIsHere, Present(people, "Home"))
    assert room.actor.state.messages[-1].person == speaker


def test_speech_of_somebody_unknown_changes_no_record() -> None:
    room = Room()
    room.give(TranscriptReady("Hello", 10.0, 11.0, 0.4, 0.2))
    room.answer("world", WhoIsHere, Present((), ""))
    turn = room.actor.state.turn
    room.give(SentenceReady(turn, 0, "Hi!"), CompletionEnded(turn, 1, "Hi!", 2, "stop"))
    room.played(turn, 1)
    assert room["users"].messages == []


def test_something_new_voids_the_turn_before_at_every_stage_and_keeps_what_was_heard() -> None:
    room = Room()
    first = room.ask()
    room.give(SentenceReady(first, 0, "One."), SentenceReady(first, 1, "Two."))
    room.give(PlaybackStarted(first, 1.0), SentencePlayed(first, 0))
    second = room.ask("Stop, tell me a joke.")
    assert second == first + 1
    for stage in ("llm", "speech.synthesizer", "audio.speaker", "osc.sender"):
        assert [cancel.turn for cancel in room[stage].of(Cancel)] == [first]
    assert ended(room) == ReplyEnded(first, "cancelled", "One.", "something new was said")
    assert [u.text for u in room.actor.state.messages] == ["How are you?", "One.", "Stop, tell me a joke."]


def test_who_asks_again_at_once_hears_which_question_is_over() -> None:
    room = Room()
    room.give(TextReceived("First?", MIO, "listener"), TextReceived("Second?", MIO, "listener"))
    started, ended = room["listener"].messages
    assert isinstance(started, TurnStarted)
    assert isinstance(ended, ReplyEnded)
    assert (started.turn, started.text, ended.outcome) == (ended.turn, "First?", "cancelled")


def test_what_arrives_late_of_a_voided_turn_is_dropped() -> None:
    room = Room()
    turn = room.ask()
    room.give(CancelTurn())
    room["speech.synthesizer"].clear()
    room.give(
        SentenceReady(turn, 0, "Late."),
        CompletionEnded(turn, 1, "Late.", 2, "stop"),
        PlaybackEnded(turn, 1.0),
    )
    assert room["speech.synthesizer"].messages == []
    assert ended(room).outcome == "cancelled"


def test_an_error_of_the_model_is_an_honest_sentence_for_the_person_and_a_line_for_the_owner() -> None:
    room = Room()
    turn = room.ask()
    room.give(CompletionFailed(turn, "rate_limited", "openrouter.ai: 429; wait or add credits"))
    (sentence,) = room["listener"].of(ReplySentence)
    assert sentence.text.startswith("Sorry")
    room.played(turn, 1)
    assert ended(room).outcome == "failed"
    assert ended(room).detail == "openrouter.ai: 429; wait or add credits"
    assert [u.role for u in room.actor.state.messages] == ["user"]
    room.ask("And now?")
    assert room.actor.state.active is not None


def test_without_a_voice_the_reply_is_read_and_the_turn_still_ends() -> None:
    room = Room(voice=False)
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."), CompletionEnded(turn, 1, "Fine.", 2, "stop"))
    assert ended(room) == ReplyEnded(turn, "said", "Fine.")
    assert room["osc.sender"].of(ChatboxText) == [ChatboxText(turn, "Fine.")]


def test_a_sentence_that_cannot_be_spoken_does_not_hold_up_the_turn() -> None:
    room = Room()
    turn = room.ask()
    room.give(SentenceReady(turn, 0, "Fine."), CompletionEnded(turn, 1, "Fine.", 2, "stop"))
    room.give(SynthesisFailed(turn, 0, "no voice"))
    assert ended(room).outcome == "said"


def test_a_turn_that_never_ends_is_ended_and_said_to_be() -> None:
    room = Room()
    turn = room.ask()
    room.world.advance(TURN_WITHIN + 1)
    assert ended(room).outcome == "cancelled"
    assert "not over after" in ended(room).detail
    assert room["llm"].of(Cancel) == [Cancel(turn, ended(room).detail)]


def test_silence_is_not_a_turn() -> None:
    room = Room()
    room.give(TextReceived("  ", MIO, "listener"))
    assert ended(room).outcome == "ignored"
    assert room["llm"].messages == []


def test_the_state_survives_a_restart_and_turn_ids_go_on_increasing() -> None:
    before = Room()
    turn = before.ask()
    before.give(SentenceReady(turn, 0, "Fine."))
    after = Room(stored=before.actor.state)
    assert after.actor.state.active is None
    assert after.actor.version > before.actor.version
    assert after.ask("Still there?") == turn + 1


def test_after_a_crash_no_turn_is_counted_that_the_previous_incarnation_had_not_saved() -> None:
    before = Room()
    stored = before.actor.state
    lost = before.ask("Who answers this one?")
    after = Room(stored=stored, number=2)
    assert after.ask("And this one?") > lost


def test_where_nothing_could_be_loaded_no_turn_is_counted_that_the_stages_may_hold_for_void() -> None:
    room = Room(persists=False)
    room.world.advance(Conversation.load_within)
    assert room.actor.version.epoch == 0
    first = room.ask("Do you hear me?")
    assert first > int(room.world.clock.wall()) - 60
    assert room.ask("And now?") == first + 1


def test_the_latency_of_a_transcript_is_told_with_its_turn() -> None:
    room = Room()
    room.give(TranscriptReady("Hello", 10.0, 11.0, 0.4, 0.2))
    stages = {m.stage: (m.turn, m.at, m.seconds) for m in room["system"].of(StageReached)}
    assert stages["speech_ended"] == (1, 11.0, 0.0)
    assert stages["end_of_speech"] == (1, 11.4, 0.4)
    assert stages["recognition"][2] == 0.2


def test_a_watcher_hears_of_every_turn_until_it_leaves() -> None:
    room = Room()
    watcher = room.world.probe("watcher")
    room.give(WatchTurns("watcher"))
    room.ask()
    assert [m.turn for m in watcher.of(TurnStarted)] == [1]
    room.give(WatchTurns("watcher", on=False))
    room.ask("Again?")
    assert [m.turn for m in watcher.of(TurnStarted)] == [1]


def test_every_answer_to_persistence_moves_the_version_within_its_epoch() -> None:
    room = Room()
    before = room.actor.version
    room.ask()
    assert room.actor.version > before
    assert room.actor.version.epoch == before.epoch


def test_half_a_character_from_a_terminal_does_no_harm() -> None:
    room = Room(paranoid=False)  # such a text cannot even cross to another process
    room.ask("\udcc3 how are you?")
    assert room.actor.state.messages[-1].text == "? how are you?"


def test_news_of_an_old_turns_lost_mail_does_not_touch_the_current_one() -> None:
    room = Room()
    old = room.ask()
    room.ask("Something else")
    room.world.tell(
        "conversation",
        Undelivered("conversation/1/9", "llm", "CompletionRequested", "crashed"),
        answers="x",
        turn=old,
    )
    room.world.run()
    assert room.actor.state.active is not None
    assert room.actor.state.active.failed == ""


def test_a_turn_that_a_crash_interrupted_is_voided_at_every_stage_and_its_listener_told() -> None:
    before = Room()
    turn = before.ask()
    before.give(SentenceReady(turn, 0, "Fine."))
    after = Room(stored=before.actor.state)
    assert [cancel.turn for cancel in after["llm"].of(Cancel)] == [turn]
    assert after["osc.sender"].of(Typing) == [Typing(False)]
    assert ended(after).outcome == "failed"


def test_an_expired_conversation_is_forgotten_but_for_its_turn_ids() -> None:
    room = Room()
    room.talk("Hello")
    actor = room.actor
    left = actor.expired(actor.state)
    assert (left.turn, left.messages) == (actor.state.turn, ())


def test_a_stored_conversation_that_comes_late_keeps_the_turn_that_is_under_way() -> None:
    room = Room()
    room.talk("Hello")
    stored = room.actor.state
    turn = room.ask("And now?")
    merged = room.actor.merged(stored, room.actor.state)
    assert [said.text for said in merged.messages] == ["Hello", "Fine.", "And now?"]
    assert merged.turn == turn
    assert merged.active == room.actor.state.active
