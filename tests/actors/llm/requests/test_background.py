"""What nobody waits for is asked only while nothing else is, and only of a configured server."""

from actors.llm.messages import ChatMessage, CompletionEnded, NotesRequested, NotesTaken
from config.schema import Llm
from tests.actors.llm.conftest import Room
from tests.actors.llm.test_llm import remote
from tests.doubles.model_server import ModelServer, status, wait_for_gate, words

NOTES = NotesRequested("usr_ann", (ChatMessage("user", "- I live in Bergen"),))


def test_notes_come_back_sentence_by_sentence(server: ModelServer, room: Room) -> None:
    server.plan(words("I live ", "in Bergen, ", "by the sea. ", "I like trains."))
    room.start(remote(server))
    room.world.give("llm", NOTES, sender="conversation")
    (taken,) = room.wait_for(NotesTaken)
    assert taken == NotesTaken("usr_ann", ("I live in Bergen, by the sea.", "I like trains."))
    assert server.requests[0].body["messages"][-1]["content"] == "- I live in Bergen"


def test_whoever_asks_meanwhile_is_answered_and_the_notes_end(server: ModelServer, room: Room) -> None:
    server.plan(wait_for_gate, words("I am fine."))
    room.start(remote(server), at_once=1)
    room.world.give("llm", NOTES, sender="conversation")
    room.run_until(lambda: server.requests)
    room.ask(turn=3)
    room.wait_for(CompletionEnded)
    server.gate.set()
    assert room.asker.of(NotesTaken) == []
    assert room.actor._background.request == ""


def test_the_embedded_model_is_not_asked_for_notes(room: Room) -> None:
    room.start(Llm())
    room.world.give("llm", NOTES, sender="conversation")
    assert room.actor._background.request == ""
    assert room.asker.messages == []


def test_a_server_that_fails_at_notes_is_told_to_nobody(server: ModelServer, room: Room) -> None:
    server.plan(status(500), words("I am fine."))
    room.start(remote(server))
    room.world.give("llm", NOTES, sender="conversation")
    room.run_until(lambda: not room.actor._background.request)
    room.ask(turn=3)
    room.wait_for(CompletionEnded)
    assert room.asker.of(NotesTaken) == []
