"""What is learned of people from what they say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.users import learn
from actors.users.learn import baseline_after, patterns_after, preferences_in, subject_of
from actors.users.state import PATTERNS, EmotionalState, Pattern
from actors.vocabulary.values import Interaction


@pytest.mark.parametrize(
    ("said", "learned"),
    [
        ("I like green tea.", (("green tea", "likes"),)),
        ("I really love the ocean because it is calm", (("ocean", "likes"),)),
        ("Well, I like to swim at night, you know", (("to swim at night", "likes"),)),
        ("I don't like spiders!", (("spiders", "dislikes"),)),
        ("I don’t really like Mondays", (("mondays", "dislikes"),)),
        ("I absolutely hate loud music.", (("loud music", "dislikes"),)),
        ("My favourite colour is blue.", (("favourite colour", "blue"),)),
        ("my favorite games are chess and go", (("favourite games", "chess and go"),)),
        ("Please call me Bobby.", (("called", "Bobby"),)),
        (
            "Hi! My name is Mio. I like cats. I hate rain.",
            (("called", "Mio"), ("cats", "likes"), ("rain", "dislikes")),
        ),
    ],
)
def test_a_preference_is_taken_from_what_somebody_says_of_themselves(
    said: str, learned: tuple[tuple[str, str], ...]
) -> None:
    assert preferences_in(said) == learned


@pytest.mark.parametrize(
    "said",
    [
        "",
        "I like you.",
        "I like it a lot",
        "Do you know what I like best?",
        "I would like a coffee",
        "She likes tea",
        "Call me later",
        "He said I look like his brother",
        "I like to.",
    ],
)
def test_what_is_not_a_preference_is_not_taken_for_one(said: str) -> None:
    assert preferences_in(said) == ()


@given(st.text(max_size=300) | st.from_regex(r"(I (like|hate) .{0,200}[.!] ){0,12}"))
def test_what_is_learned_is_short_and_on_one_line_whatever_is_said(said: str) -> None:
    found = preferences_in(said)
    assert len(found) <= learn.AT_ONCE
    for key, value in found:
        assert key
        assert value
        assert (key + value).isprintable()
        assert max(len(key), len(value)) <= learn.LONGEST_MATTER + len("favourite ")


def test_habits_are_the_time_of_day_the_topic_and_asking() -> None:
    evening = 19 * 3600.0
    patterns = patterns_after((), Interaction("talk", "Mio", "What do dragons eat?", evening))
    assert patterns == (
        Pattern("talk"),
        Pattern("hours:18-24"),
        Pattern("question"),
        Pattern("topic:dragons"),
    )
    again = patterns_after(patterns, Interaction("talk", "Mio", "Dragons are huge.", evening + 60))
    assert {p.kind: p.count for p in again}["topic:dragons"] == 2
    assert {p.kind: p.count for p in again}["question"] == 1


def test_a_touch_is_a_habit_without_words() -> None:
    assert patterns_after((), Interaction("touch", "Mio", "HeadPat", 5.0)) == (Pattern("touch"),)


@given(st.lists(st.tuples(st.text("abcdef ?", max_size=8), st.floats(0, 4e9)), max_size=80))
def test_habits_are_bounded_and_the_most_frequent_one_stays(said: list[tuple[str, float]]) -> None:
    patterns: tuple[Pattern, ...] = ()
    for text, at in said:
        patterns = patterns_after(patterns, Interaction("talk", "Mio", text, at))
    assert len(patterns) <= PATTERNS
    assert len({p.kind for p in patterns}) == len(patterns)
    assert {p.kind: p.count for p in patterns}.get("talk", 0) == len(said)


@given(st.lists(st.text(max_size=40) | st.sampled_from(("I am so happy!", "AWFUL!!!", "ok")), max_size=50))
def test_the_baseline_stays_in_its_range(said: list[str]) -> None:
    baseline = EmotionalState()
    for text in said:
        baseline = baseline_after(baseline, text)
    assert -1.0 <= baseline.valence <= 1.0
    assert -1.0 <= baseline.arousal <= 1.0


def test_the_baseline_moves_slowly() -> None:
    one = baseline_after(EmotionalState(), "This is wonderful!")
    assert 0.0 < one.valence < 0.1
    assert one.arousal > 0.0
    assert baseline_after(one, "This is awful").valence < one.valence


def test_the_rarest_habit_gives_way_and_the_usual_ones_stay() -> None:
    patterns: tuple[Pattern, ...] = ()
    for n in range(3 * PATTERNS):
        for topic in ("dragons", f"we saw Subject{n}"):
            patterns = patterns_after(patterns, Interaction("talk", "Mio", topic, 5.0))
    counts = {p.kind: p.count for p in patterns}
    assert len(counts) == PATTERNS
    assert counts["topic:dragons"] == 3 * PATTERNS
    assert f"topic:subject{3 * PATTERNS - 1}" in counts
    assert "topic:subject0" not in counts


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Gerald, do you really like trains?", "trains"),
        ("Hey Gerald! That is really good.", ""),
        ("I was playing Minecraft yesterday.", "minecraft"),
        ("Think of it.", ""),
    ],
)
def test_a_topic_is_a_noun_or_a_name_and_never_the_bots_own(text: str, topic: str) -> None:
    assert subject_of(text, "Gerald") == topic
