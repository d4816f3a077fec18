"""What is remembered: half a year of talks with forty people, and 240 questions a week later, after a restart.

`python benchmarks/mind.py [--json]` runs the real actors of users and conversation under the virtual clock, and
next to `python benchmarks/mind.py [--json]` runs the real actors of users and conversation under the virtual clock,
and beside the speakers' names). Each gets the same talks and questions (tests/actors/users/half_year/). It prints
how often the wanted word is in the prompt, how much of the prompt that takes, how often somebody is told what they
had not heard, and the time of a question.
"""

import argparse
import json
import re
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import thread_time
from typing import NamedTuple

import bm25s

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.conversation.prompt.recollection import LONGEST
from actors.users.facts.terms import stems_of
from benchmarks._report import Figure, Report
from tests.actors.users.half_year.generate import BEGIN, DAY, DAYS, Asked, HalfYear, Talk, half_year
from tests.actors.users.half_year.home import Home

LAST = 16  # utterances of the plain prompt
BEST = 6  # utterances that BM25 brings, as many as facts are recalled
QUOTED = re.compile(r'"([^"]*)" said(?: of "[^"]*")? [^"]*: "([^"]*)"')


class Line(NamedTuple):
    """A line of a memory: who said what."""

    who: str
    text: str


class Way(NamedTuple):
    """A memory as it was measured. answers: the lines for each question. characters, seconds: of each question."""

    name: str
    answers: dict[Asked, list[Line]]
    characters: list[int]
    seconds: list[float]

    def recall(self, kind: str) -> float:
        """The share of these questions for which the wanted word came, from who said it."""
        asked = [question for question in self.answers if question.kind == kind]
        return sum(_came(question, self.answers[question]) for question in asked) / len(asked)

    def leaks(self, talks: tuple[Talk, ...]) -> int:
        """Questions at which somebody is told what they, or somebody who listens, had not heard."""
        return sum(
            any(not _may_hear(question, line, talks) for line in lines)
            for question, lines in self.answers.items()
        )


def gerald(year: HalfYear) -> Way:
    """The real actors."""
    before = Home()
    for talk in year.talks:
        before.say(*talk)
    before.world.advance(60.0)
    home = Home(before.disk.shelves["users"], BEGIN + (DAYS + 7) * DAY)
    answers, characters, seconds = {}, [], []
    for question in year.questions:
        seconds.append(
            min(_timed(lambda q=question: home.users._profile(q.person, q.text, q.here)) for _ in range(3))
        )
        note = home.ask(question)[-1].content.partition("\n")[0]
        answers[question] = [Line(*found) for found in QUOTED.findall(note)]
        characters.append(len(note.partition("You remember: ")[2]))
    return Way("gerald", answers, characters, seconds)


def last_utterances(year: HalfYear) -> Way:
    """What was said last, by whomever."""
    lines = [Line(talk.person.name, talk.text) for talk in year.talks[-LAST:]]
    return _way("the last 16 utterances", year, lambda question: lines)


def raw_bm25(year: HalfYear) -> Way:
    """The best utterances of all by BM25, by whomever; the index is made once, and not in the time of a question."""
    index = bm25s.BM25(method="lucene")
    index.index([_stems(talk.person.name, talk.text) for talk in year.talks], show_progress=False)

    def best(question: Asked) -> list[Line]:
        known = [stem for stem in _stems(question.person.name, question.text) if stem in index.vocab_dict]
        if not known:
            return []
        scores = index.get_scores(known)
        found = sorted(range(len(scores)), key=lambda place: -scores[place])[:BEST]
        return [
            Line(year.talks[place].person.name, year.talks[place].text)
            for place in found
            if scores[place] > 0
        ]

    return _way("BM25 over all utterances", year, best)


def _stems(who: str, text: str) -> list[str]:
    return sorted(stems_of(f"{who} {text}"))


def _way(name: str, year: HalfYear, lines: Callable[[Asked], list[Line]]) -> Way:
    answers = {question: lines(question) for question in year.questions}
    seconds = [min(_timed(lambda q=question: lines(q)) for _ in range(3)) for question in year.questions]
    characters = [sum(len(one.who) + len(one.text) + 3 for one in found) for found in answers.values()]
    return Way(name, answers, characters, seconds)


def _timed(call: Callable[[], object]) -> float:
    """Seconds of this thread."""
    begun = thread_time()
    call()
    return thread_time() - begun


def _came(question: Asked, lines: Iterable[Line]) -> bool:
    return any(
        one.who == question.of.name and question.wanted.casefold() in one.text.casefold() for one in lines
    )


def _may_hear(question: Asked, line: Line, talks: tuple[Talk, ...]) -> bool:
    said = [talk for talk in talks if talk.person.name == line.who and line.text in talk.text]
    own = question.person.name == line.who
    people = (question.person, *question.here)
    return own or any(all(one == talk.person or one in talk.here for one in people) for talk in said)


def measure(report: Report) -> list[Way]:
    """Every way, and the figures of ours beside both others."""
    year = half_year()
    ours, plain, raw = gerald(year), last_utterances(year), raw_bm25(year)
    for kind, least in (("same", 0.95), ("other", 0.60)):
        name = f"recall, {'words shared' if kind == 'same' else 'no word shared'}"
        report.add(Figure(name, ours.recall(kind), at_least=least))
        for peer in (plain, raw):
            report.add(Figure(f"{name}, {peer.name}", peer.recall(kind)))
    for way in (ours, plain, raw):
        most = 0 if way is ours else None
        report.add(Figure(f"prompts that leak, {way.name}", way.leaks(year.talks), at_most=most))
        report.add(
            Figure(
                f"characters remembered, median, {way.name}",
                statistics.median(way.characters),
                at_most=LONGEST if way is ours else None,
            )
        )
        times = sorted(way.seconds)
        limit = 5.0 if way is ours else None
        report.add(
            Figure(
                f"time of a question, p95, {way.name}",
                1e3 * times[int(0.95 * len(times))],
                "ms",
                at_most=limit,
            )
        )
    return [ours, plain, raw]


def main() -> int:
    """Measure, and print a table or JSON; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    report = Report()
    as_json = parser.parse_args().json
    measure(report)
    if as_json:
        print(json.dumps({figure.name: figure.ours for figure in report.figures}, indent=2))
    else:
        for figure in report.figures:
            print(figure)
    return report.finish(quiet=as_json)


if __name__ == "__main__":
    sys.exit(main())
