"""Half a year of talks with forty people, on the real actors: what was told comes back when it is asked for, nothing
that was confided goes to anybody else, and nothing comes that was never said."""

import re
from collections import Counter

import pytest

from actors.conversation.prompt.recollection import LONGEST, UNSURE
from actors.vocabulary.values import Person
from tests.actors.users.half_year.generate import BEGIN, DAY, DAYS, Asked, HalfYear, content, half_year
from tests.actors.users.half_year.home import Home

QUOTED = re.compile(r'"([^"]*)" said(?: of "[^"]*")? [^"]*: "([^"]*)"')


@pytest.fixture(scope="module")
def year() -> HalfYear:
    return half_year()


@pytest.fixture(scope="module")
def prompts(year: HalfYear) -> dict[Asked, str]:
    """Each question's note, asked a week after the half-year and a restart."""
    home = Home()
    for talk in year.talks:
        home.say(*talk)
    home.world.advance(60.0)
    later = Home(home.disk.shelves["users"], BEGIN + (DAYS + 7) * DAY)
    assert later.users.state == home.users.state
    return {question: later.ask(question)[-1].content for question in year.questions}


def test_the_questions_are_what_they_are_said_to_be(year: HalfYear) -> None:
    kinds = Counter(question.kind for question in year.questions)
    assert kinds["same"] + kinds["other"] == 200
    assert min(kinds["same"], kinds["other"]) >= 95
    assert (kinds["secret"], kinds["unsaid"]) == (20, 20)
    for question in year.questions:
        if question.kind in ("same", "other"):
            told = [t.text for t in year.talks if t.person == question.of and question.wanted in t.text]
            shared = any(content(question.text) & content(text) for text in told)
            assert shared == (question.kind == "same") or question.kind == "same", (question, told)


@pytest.mark.parametrize(("kind", "least"), [("same", 0.95), ("other", 0.60)])
def test_what_was_told_is_in_the_prompt_when_it_is_asked_for(
    kind: str, least: float, prompts: dict[Asked, str], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [question for question in prompts if question.kind == kind]
    missed = [question for question in asked if not _came_back(question, prompts[question])]
    share = 1 - len(missed) / len(asked)
    with capsys.disabled():
        print(f"\nrecall, {kind} words: {share:.1%} of {len(asked)}")
    assert share >= least, [(one.text, one.wanted) for one in missed]


def test_nothing_that_was_not_heard_is_told_and_nothing_that_was_never_said(
    year: HalfYear, prompts: dict[Asked, str], capsys: pytest.CaptureFixture[str]
) -> None:
    leaks, inventions = [], []
    for question, prompt in prompts.items():
        for who, text in QUOTED.findall(prompt):
            talks = [talk for talk in year.talks if talk.person.name == who and text in talk.text]
            if not talks:
                inventions.append((question.text, who, text))
            elif not any(_may_hear(question, talk.person, talk.here) for talk in talks):
                leaks.append((question.text, who, text))
    secrets = [q for q in prompts if q.kind == "secret" and _came_back(q, prompts[q])]
    with capsys.disabled():
        print(
            f"\nleaks: {len(leaks) + len(secrets)}, inventions: {len(inventions)} in {len(prompts)} prompts"
        )
    assert (leaks, inventions) == ([], [])
    assert [(q.text, q.wanted, prompts[q]) for q in secrets] == []


def test_who_asks_for_what_was_never_said_is_answered_with_that(prompts: dict[Asked, str]) -> None:
    assert [q.text for q in prompts if q.kind in ("unsaid", "secret") and UNSURE not in prompts[q]] == []


def test_what_is_remembered_stays_within_its_budget(prompts: dict[Asked, str]) -> None:
    remembered = [prompt.partition("You remember: ")[2].partition("]\n")[0] for prompt in prompts.values()]
    assert max(map(len, remembered)) <= LONGEST + len(UNSURE) + 1


def _came_back(question: Asked, prompt: str) -> bool:
    return any(
        who == question.of.name and question.wanted.casefold() in text.casefold()
        for who, text in QUOTED.findall(prompt.partition("\n")[0])
    )


def _may_hear(question: Asked, source: Person, heard: tuple[Person, ...]) -> bool:
    """As docs/memory.md says of present_then: who said it; or who heard it, where everybody here did."""
    if question.person == source:
        return True
    return all(one == source or one in heard for one in (question.person, *question.here))
