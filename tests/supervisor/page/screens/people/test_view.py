"""People in plain words."""

import msgspec
import pytest

from actors.users.facts.fact import DOUBTED, Fact
from actors.users.state import Pattern, UserState
from actors.vocabulary.values import Interaction
from supervisor.page.screens.people.view import ago, closeness, fact_view, person_view, row_view
from supervisor.page.site import environment

NOW = 1_800_000_000.0
FACT = Fact("I live in Bergen", "home", "home", "usr_a", "usr_a", NOW - 60.0, "Anna", turn=7)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (0.0, "never"),
        (NOW, "just now"),
        (NOW + 5.0, "just now"),
        (NOW - 61.0, "1 minute ago"),
        (NOW - 7200.0, "2 hours ago"),
        (NOW - 9e6, "104 days ago"),
    ],
)
def test_how_long_ago_it_was(at: float, said: str) -> None:
    assert ago(at, NOW) == said


def test_how_well_somebody_is_known() -> None:
    assert [closeness(level) for level in (0.0, 0.05, 0.2, 0.3, 0.9)] == [
        "hardly known",
        "an acquaintance",
        "well known",
        "a friend",
        "a good friend",
    ]


def test_a_fact_says_who_said_it_when_and_before_whom() -> None:
    assert fact_view(FACT).circumstances == "home, in turn 7, alone"
    told = msgspec.structs.replace(
        FACT, source="usr_b", source_name="Bob", heard_by=("usr_c",), private=True, certainty=DOUBTED, times=3
    )
    view = fact_view(told)
    assert view.circumstances == (
        "home, said by Bob, in turn 7, before 1 other, in confidence, not for sure, 3 times"
    )
    assert view.of == "usr_a"
    assert "promised by Gerald" in fact_view(msgspec.structs.replace(FACT, source="self")).circumstances


def test_one_person_has_everything_in_its_place() -> None:
    talk = Interaction("talk", "Anna", "Hello", NOW - 60.0, "Hi.")
    user = UserState(
        "usr_a",
        "Anna",
        interaction_history=(msgspec.structs.replace(talk, detail="Before", at=NOW - 90.0), talk),
        preferences={"called": "Ann", "tea": "likes"},
        conversation_patterns=(Pattern("talk", 2), Pattern("topic:boats", 5)),
        facts=(FACT, msgspec.structs.replace(FACT, text="has a boat", source="usr_b")),
        also_called=("Annie",),
    )
    view = person_view(user, (), {"blocked": True}, here=True, voice_kept=True, now=NOW)
    assert [one["detail"] for one in view.said] == ["Hello", "Before"]
    assert [one.text for one in (*view.own, *view.by_others)] == ["I live in Bergen", "has a boat"]
    assert (view.called, view.preferences) == ("Ann", (("tea", "likes"),))
    assert view.habits == (("about boats", 5), ("talk", 2))
    about = dict(view.about)
    assert about["Also called"] == "Annie"
    assert "encrypted" in about["Voice"]
    assert "not answered" in about["Blocked"]
    assert (view.here, view.query) == (True, "id=usr_a")


def test_a_line_of_the_list() -> None:
    row = {"user_id": "name:a/b", "relationship": 0.123, "last_seen": NOW - 120.0}
    view = row_view(row, frozenset({"name:a/b"}), frozenset(), NOW)
    assert (view["here"], view["level"], view["last"]) == (True, 0.12, "2 minutes ago")
    assert view["query"] == "id=name%3Aa%2Fb"
    assert row_view({**row, "last_seen": 0.0}, frozenset(), frozenset({"name:a/b"}), NOW)["last_at"] == ""


@pytest.mark.parametrize("may_act", [True, False])
def test_who_may_only_look_reads_nothing_that_people_said_and_has_no_button(may_act: bool) -> None:
    talk = Interaction("talk", "Anna", "A quiet word", NOW - 60.0, "Between us.")
    user = UserState(
        "usr_a", "Anna", interaction_history=(talk,), preferences={"boats": "likes"}, facts=(FACT,)
    )
    view = person_view(user, (FACT,), {"blocked": False}, here=False, voice_kept=False, now=NOW)
    shown = (
        environment()
        .get_template("_person.html")
        .render(person=view, anew=False, may_act=may_act, form_token="0" * 64)
    )
    for words in (
        "Bergen",
        "quiet word",
        "Between us",
        "boats",
        "<button",
        "/people/export",
        "/people/forget",
    ):
        assert (words in shown) == may_act, words
    assert "Anna" in shown
