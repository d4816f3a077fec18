"""Scripted rooms: people who come, introduce themselves and each other, talk, and go. Made from a seed.

Each line knows who really speaks, and whether somebody who listens to all of it (telling the voices apart, knowing who
is here) could say so. The recognizer is not that good: it knows one voice in twelve not at all, and now and then takes
one for another."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from actors.vocabulary.values import UNKNOWN, Person

NAMES = (
    ("Anna", "Anna"), ("xXBobXx", "Bob"), ("Carl_77", "Carl"), ("MioChan", "Mio"), ("Dr.Lena", "Lena"),
    ("KiwiFox", "Kiwi"), ("Sven", "Sven"), ("oliver", "Oliver"), ("Юля", "Юля"), ("TimTam", "Tim"), ("ANNA", "Anna"),
)  # fmt: skip
SELF = (
    "Hi, I'm {me}.",
    "My name is {me} and I like trains.",
    "Hello Gerald, my name's {me}.",
    "It's me, {me}!",
    "{me} here, can you hear me?",
)
OTHER = ("This is {you}.", "Have you met {you}?", "Gerald, meet my friend {you}.")
TALK = (
    "I'm tired today.", "I am not sure about that.", "What a nice world this is.", "Gerald, do you like music?",
    "It's great here.", "I'm {you}'s friend.", "I was in the other world before.", "This is my favourite place.",
    "Do you remember me?", "That's so funny.", "{you}, look at this!", "Are you coming, {you}?", "I think it is late.",
)  # fmt: skip
UNKNOWN_VOICE = 1 / 12
WRONG_VOICE = 0.004
SPEAKER_SEEN, LISTENER_SEEN = 0.5, 0.2


@dataclass(frozen=True)
class Line:
    """text, said at `at` (seconds) in `voice` by `speaker`, with `here` around; clear: a listener could say by whom.

    opposite: who alone is seen near and ahead then, UNKNOWN for nobody."""

    at: float
    text: str
    voice: int
    speaker: Person
    here: tuple[Person, ...]
    clear: bool
    opposite: Person


@dataclass
class _Guest:
    person: Person
    spoken: str
    voice: int
    known: bool = False


class _Script:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.eyes = random.Random(
            f"who is seen in room {seed}"
        )  # of its own: rooms are what they were without eyes
        self.at = 1_000.0
        names = self.dice.sample(NAMES, 6)
        self.away = [
            _Guest(Person(f"usr_{i}", name), spoken, i + 1) for i, (name, spoken) in enumerate(names)
        ]
        self.here: list[_Guest] = []
        self.expected: _Guest | None = None

    def lines(self) -> Iterator[Line]:
        for _ in range(self.dice.randint(1, 3)):
            self._comes()
        for _ in range(40):
            if len(self.here) < 6 and self.away and self.dice.random() < 0.12:
                self._comes()
            if len(self.here) > 2 and self.dice.random() < 0.06:
                self._goes()
            yield self._says()

    def _comes(self) -> None:
        self.here.append(self.away.pop())

    def _goes(self) -> None:
        gone = self.here.pop(self.dice.randrange(len(self.here)))
        if self.expected is gone:
            self.expected = None

    def _says(self) -> Line:
        guest = self.expected or self.dice.choice(self.here)
        others = [one for one in self.here if one is not guest]
        introduced, self.expected = self.expected is guest, None
        text = self._text(guest, others)
        self.at += self.dice.uniform(4.0, 15.0)
        guest.known |= introduced or len(self.here) == 1 or (text[1] and self._only_one_called(guest))
        return Line(
            self.at, text[0], self._voice(guest, others), guest.person,
            tuple(one.person for one in self.here), guest.known, self._opposite(guest, others),
        )  # fmt: skip

    def _opposite(self, guest: _Guest, others: list[_Guest]) -> Person:
        """Who speaks stands there more often than not, and else somebody who listens, or nobody."""
        drawn = self.eyes.random()
        if drawn < SPEAKER_SEEN:
            return guest.person
        return self.eyes.choice(others).person if others and drawn < SPEAKER_SEEN + LISTENER_SEEN else UNKNOWN

    def _text(self, guest: _Guest, others: list[_Guest]) -> tuple[str, bool]:
        """What the guest says, and whether it is who they are."""
        if not guest.known and self.dice.random() < 0.5:
            return self.dice.choice(SELF).format(me=guest.spoken), True
        strangers = [one for one in others if not one.known and self._only_one_called(one)]
        if strangers and guest.known and self.dice.random() < 0.25:
            self.expected = self.dice.choice(strangers)
            return self.dice.choice(OTHER).format(you=self.expected.spoken), False
        talk = [line for line in TALK if others or "{you}" not in line]
        return self.dice.choice(talk).format(you=self.dice.choice(others).spoken if others else ""), False

    def _only_one_called(self, guest: _Guest) -> bool:
        return [one.spoken for one in self.here].count(guest.spoken) == 1

    def _voice(self, guest: _Guest, others: list[_Guest]) -> int:
        if self.dice.random() < UNKNOWN_VOICE:
            return 0
        if others and self.dice.random() < WRONG_VOICE:
            return self.dice.choice(others).voice
        return guest.voice


def room(seed: int) -> tuple[Line, ...]:
    """Everything that is said in room `seed`."""
    return tuple(_Script(seed).lines())
