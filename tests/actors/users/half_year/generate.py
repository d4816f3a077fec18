"""Half a year of talks with forty people, and questions about what they told: made by a fixed seed out of topics.yaml.

What is right is known from the making, not from the code under test: who said it, before whom, and which word must come
back."""

import random
import re
from pathlib import Path
from typing import NamedTuple

import yaml

from actors.vocabulary.values import Person

SEED = 20261128
PEOPLE = 40
DAYS = 182
FACTS = 10  # that each person tells
CHATS = 20  # further talks of each person, about anything
DAY = 86400.0
BEGIN = 1_700_000_000.0
NAMES = (
    "Aiko Anouk Asger Bianca Bruno Chidi Dagny Dario Edda Elif Farid Fenja Gemma Hakon Ilse Ivo Jelena Juno Kaito Katya"
    " Liam Lotte Malik Maren Nils Noor Odile Otto Pia Quentin Rafi Runa Sanna Sven Tariq Tilda Ugo Vera Wanda Yusuf"
).split()
SMALL_TALK = (
    "The {a} here looks {b} today.",
    "I saw a {b} {a} in another world.",
    "Have you ever seen a {a}?",
    "I had a {b} day, and then it rained.",
    "I watched a film about a {b} {a}.",
    "Hello Gerald, how is it going?",
    "That {a} over there is {b}!",
    "I think the {a} needs more light.",
    "My headset is {b} today.",
    "Somebody built a {b} {a} next door.",
)
THINGS = "bridge tower garden mirror portal statue fountain elevator dragon robot balloon tunnel theatre comet".split()
KINDS = "huge broken shiny strange lovely noisy golden tiny foggy ancient".split()
STOP = frozenset(
    """a about again all am an and any anything are as at be been before can could did do does ever
    everything for from get go had has have how i if in is it know like me my now of on or our out
    over remember should so some somebody something soon than that the them then there they thing
    this to us was we what when where which while who why will with would you your""".split()
)
Topic = dict[str, list[str]]


class Talk(NamedTuple):
    """at: epoch seconds. here: who else is near."""

    at: float
    person: Person
    text: str
    here: tuple[Person, ...] = ()


class Asked(NamedTuple):
    """A question. wanted: the word that must come back, "" where nothing may. of: who told it.

    kind: same (shares a word with what was told), other (shares none), secret (of somebody else, who was not heard) or
    unsaid."""

    person: Person
    text: str
    wanted: str
    of: Person
    kind: str
    here: tuple[Person, ...] = ()


class Told(NamedTuple):
    """What `person` told before those who were here. value: the word that must come back."""

    person: Person
    here: tuple[Person, ...]
    topic: Topic
    text: str
    value: str


class HalfYear(NamedTuple):
    talks: tuple[Talk, ...]
    questions: tuple[Asked, ...]


def half_year() -> HalfYear:
    """The talks in their order, 200 questions that have an answer, and 40 that have none."""
    dice = random.Random(SEED)
    topics = yaml.safe_load(Path(__file__).with_name("topics.yaml").read_text("utf-8"))
    people = tuple(Person(f"usr_{number:02}", name) for number, name in enumerate(NAMES))
    talks: list[Talk] = []
    told: list[Told] = []
    untold: dict[str, list[Topic]] = {}
    for person in people:
        chosen = dice.sample(topics, FACTS)
        untold[person.user_id] = [topic for topic in topics if topic not in chosen]
        for number, topic in enumerate(chosen):
            value, sentence = dice.choice(topic["values"]), dice.choice(topic["tell"])
            here = (dice.choice([one for one in people if one is not person]),) if number < 3 else ()
            text = sentence.replace("{v}", value)
            talks.append(Talk(_time(dice), person, _padded(dice, text), here))
            told.append(Told(person, here, topic, text, value))
        for _ in range(CHATS):
            talks.append(Talk(_time(dice), person, _small_talk(dice)))
    questions = [*_answerable(dice, told), *_secret(dice, people, told), *_unsaid(dice, people, untold)]
    return HalfYear(tuple(sorted(talks)), tuple(questions))


def content(text: str) -> frozenset[str]:
    """The beginnings of the words that carry the matter: what two texts must not share to be called different."""
    words = re.findall(r"[a-z0-9]+", text.casefold().replace("'m", "").replace("'s", ""))
    return frozenset(word[:5] for word in words if word not in STOP and (len(word) > 2 or word.isdigit()))


def _answerable(dice: random.Random, told: list[Told]) -> list[Asked]:
    """Five of each person: two or three of each kind; some asked by somebody else who heard it."""
    found: list[Asked] = []
    for place in range(0, len(told), FACTS):
        for number, (person, here, topic, text, value) in enumerate(told[place : place + FACTS]):
            if sum(one.of is person for one in found) == 5:
                break
            kind = ("same", "other")[(number + place // FACTS) % 2]
            shares = [q for q in topic[kind] if bool(content(q) & content(text)) == (kind == "same")]
            if not shares:
                continue
            question = dice.choice(shares)
            if here and number == 0 and kind == "same":
                found.append(Asked(here[0], _of(question, person), value, person, kind))
            else:
                found.append(Asked(person, question, value, person, kind))
    return found


def _secret(dice: random.Random, people: tuple[Person, ...], told: list[Told]) -> list[Asked]:
    """Of what somebody told: asked by another who was not there, alone with the bot or before others."""
    found = []
    for person, here, topic, _, value in dice.sample(told, 20):
        strangers = [one for one in people if one is not person and one not in here]
        asker, other = dice.sample(strangers, 2)
        around = ((), (other,), (person, other))[len(found) % 3]
        found.append(Asked(asker, _of(dice.choice(topic["same"]), person), value, person, "secret", around))
    return found


def _unsaid(dice: random.Random, people: tuple[Person, ...], untold: dict[str, list[Topic]]) -> list[Asked]:
    """Of what the asker never told."""
    return [
        Asked(person, dice.choice(dice.choice(untold[person.user_id])["same"]), "", person, "unsaid")
        for person in dice.sample(people, 20)
    ]


def _of(question: str, person: Person) -> str:
    """A question about oneself, asked about somebody else: "What is Ann's dog called?"."""
    text = re.sub(r"\bam I\b", f"is {person.name}", question)
    text = re.sub(r"\b[Dd]o I\b", f"does {person.name}", text)
    text = re.sub(r"\bmy\b", f"{person.name}'s", text)
    text = re.sub(r"\bI\b", person.name, text)
    return text if person.name in text else f"{text} I mean {person.name}."


def _time(dice: random.Random) -> float:
    return BEGIN + dice.uniform(0.0, DAYS * DAY)


def _small_talk(dice: random.Random) -> str:
    return dice.choice(SMALL_TALK).format(a=dice.choice(THINGS), b=dice.choice(KINDS))


def _padded(dice: random.Random, text: str) -> str:
    """As it is said: often between other words."""
    return dice.choice(
        ("{}", "Well, {}", "{} " + _small_talk(dice), _small_talk(dice) + " {}", "You know, {}")
    ).format(text)
