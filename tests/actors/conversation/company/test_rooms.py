"""Scripted rooms of one to six people, on the conversation's actor under the virtual clock: who is said to have spoken.

Of what a listener could attribute, at least 80 % are attributed; of what is attributed, at least 95 % rightly; at most
1 % of all is filed under the wrong person."""

from collections import Counter

from actors.conversation.company.company import SURE, Company, Evidence, answered, heard, speaker
from actors.llm.messages import CompletionEnded, CompletionRequested, SentenceReady
from actors.speech.messages import TranscriptReady
from actors.users.messages import GetProfile, Profile
from actors.vocabulary.values import UNKNOWN, Person
from actors.world.messages import Present, WhoIsHere
from tests.actors.conversation.company.rooms import Line, room
from tests.actors.conversation.room import Room

ROOMS = 30
MANY = 100


def score(line: Line, found: Person) -> str:
    if found == UNKNOWN:
        return "missed" if line.clear else "rightly nobody"
    return "right" if found == line.speaker else "wrong"


def report(counts: Counter[str]) -> tuple[float, float, float]:
    """The shares: attributed of those that could be, right of the attributed, wrong of all."""
    made = counts["right"] + counts["wrong"]
    return (
        counts["right"] / (counts["right"] + counts["missed"] + counts["wrong"]),
        counts["right"] / made,
        counts["wrong"] / counts.total(),
    )


class Talk:
    """A conversation that is talked to line by line, and answers each. sees: its eyes are open."""

    def __init__(self, *, sees: bool = False) -> None:
        self.room = Room()
        self.sees = sees
        self.begun = self.room.world.clock.wall()

    def says(self, line: Line) -> Person:
        """Say the line; who is said to have spoken."""
        room, before = self.room, self._counts()
        now = self.begun + line.at
        room.world.advance(max(0.0, now - room.world.clock.wall()))
        room.give(TranscriptReady(line.text, now - 2.0, now - 1.0, 0.2, 0.1, voice=line.voice))
        if self._asked("world", WhoIsHere, before):
            opposite = line.opposite if self.sees else UNKNOWN
            room.answer("world", WhoIsHere, Present(line.here, "Home", opposite=opposite))
        if self._asked("users", GetProfile, before):
            person = room["users"].of(GetProfile)[-1].person
            room.answer("users", GetProfile, Profile(person, None))
        if self._asked("llm", CompletionRequested, before):
            turn = room["llm"].of(CompletionRequested)[-1].turn
            room.give(SentenceReady(turn, 0, "I see."), CompletionEnded(turn, 1, "I see.", 2, "stop"))
            room.played(turn, 1)
        said = [one for one in room.actor.state.messages if one.role == "user"]
        assert said[-1].text == line.text
        return said[-1].person

    def _counts(self) -> dict[type, int]:
        return {
            kind: len(self.room[name].of(kind))
            for name, kind in (("world", WhoIsHere), ("users", GetProfile), ("llm", CompletionRequested))
        }

    def _asked(self, name: str, kind: type, before: dict[type, int]) -> bool:
        return len(self.room[name].of(kind)) > before[kind]


def test_in_scripted_rooms_the_actor_knows_who_speaks() -> None:
    counts: Counter[str] = Counter()
    for seed in range(ROOMS):
        talk = Talk()
        for line in room(seed):
            counts[score(line, talk.says(line))] += 1
    made, right, wrong = report(counts)
    print(
        f"{counts.total()} lines: {made:.1%} attributed, {right:.1%} of these right, {wrong:.2%} wrong: {counts}"
    )
    assert made >= 0.8
    assert right >= 0.95
    assert wrong <= 0.01


def test_in_many_rooms_the_rules_do_so_too() -> None:
    counts: Counter[str] = Counter()
    for seed in range(ROOMS, ROOMS + MANY):
        known = Company()
        for line in room(seed):
            evidence = Evidence(line.text, line.at, here=line.here, voice=line.voice)
            found = speaker(known, evidence)
            known = answered(heard(known, evidence, found), "I see.", UNKNOWN, line.here, line.at + 2.0)
            counts[score(line, found.person if found.certainty >= SURE else UNKNOWN)] += 1
    made, right, wrong = report(counts)
    print(
        f"{counts.total()} lines: {made:.1%} attributed, {right:.1%} of these right, {wrong:.2%} wrong: {counts}"
    )
    assert (made >= 0.8, right >= 0.95, wrong <= 0.01) == (True, True, True)
