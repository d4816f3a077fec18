"""Has the person finished? By their words, the model's ear, and their habit."""

import pytest

from actors.speech.listening.turn_end import Habit, Waits, Words, completeness, wait

WAITS = Waits(0.2, 0.4, 1.2)

COMPLETE = (
    "Hello Gerald, how are you today?",
    "What is your favorite color?",
    "Where are you from?",
    "What are you talking about?",
    "What is it for?",
    "Do you know where the party is?",
    "Do you know what it is?",
    "Nice to meet you.",
    "Yes.",
    "No.",
    "Yes, I do.",
    "I did.",
    "So do I.",
    "It is.",
    "Yes it is.",
    "I can.",
    "Here we are.",
    "There you are.",
    "Come in.",
    "Go on.",
    "Why?",
    "What?",
    "Okay.",
    "I don't know.",
    "I like dancing.",
    "My favorite color is green.",
    "We could go to the beach tomorrow.",
    "Tell me a joke.",
    "Stop!",
    "How many legs does a spider have?",
    "I have a dog named Biscuit, and I like green tea.",
    "Can you tell me where the party is tonight?",
    "What do you think?",
    "It's blue, I think.",
    "Goodbye.",
    "Good night.",
    "Thank you.",
    "Me too.",
    "I love you.",
    "What is two plus three?",
    "How are you?",
    "Who are you?",
    "Where are we?",
    "Who is she?",
    "That is what I said to her.",
    "What do you like?",
    "What did you do?",
    "When is the party?",
    "If you want, we can play a game.",
    "When I was a child, I lived here.",
)

OPEN = (
    "I was thinking.",
    "I was thinking",
    "My favourite game is.",
    "My favorite game is",
    "Do you know if?",
    "Do you know if",
    "I would like to",
    "We could go to the beach and.",
    "The best thing about.",
    "I have a.",
    "He said that the",
    "Um.",
    "I went there because",
    "So, um,",
    "I mean...",
    "And then I",
    "I really like",
    "Could you",
    "Tell me",
    "It's",
    "I was hoping you could",
    "What I want is",
    "My name is",
    "When I was in",
    "I think",
    "Well,",
    "When I was a child.",
    "If you want.",
    "So if we go there.",
    "Could you tell me?",
    "And can you please show me?",
    "My friend said that.",
    "Do you know what?",
)


@pytest.mark.parametrize("text", COMPLETE)
def test_what_is_a_whole_question_statement_or_answer_is_complete(text: str) -> None:
    assert completeness(text) is Words.COMPLETE


@pytest.mark.parametrize("text", OPEN)
def test_what_plainly_goes_on_is_open(text: str) -> None:
    assert completeness(text) is Words.OPEN


@pytest.mark.parametrize("text", ["Hello Gerald.", "Hi there!", "Hey.", "Gerald?", "Gerald? Gerald?"])
def test_after_a_greeting_there_may_be_more(text: str) -> None:
    assert completeness(text) is Words.UNCLEAR


@pytest.mark.parametrize("text", ["Hallo, wie geht es dir?", "¿Cómo estás?", "元気ですか。", "تمام؟"])
def test_in_other_languages_the_punctuation_tells(text: str) -> None:
    assert completeness(text) is Words.COMPLETE
    assert completeness(text.rstrip("?。؟")) is Words.UNCLEAR


def test_who_is_certainly_done_is_answered_soon_and_who_goes_on_is_waited_for() -> None:
    assert wait("How are you today?", None, Habit(), WAITS) == 0.2
    assert wait("We went to the old town", None, Habit(), WAITS) == 0.4
    assert wait("My favourite game is.", None, Habit(), WAITS) == 1.2


def test_the_models_ear_is_a_hint() -> None:
    assert wait("We went to the old town", 0.95, Habit(), WAITS) == 0.2
    assert wait("We went to the old town.", 0.05, Habit(), WAITS) == 1.2
    assert wait("We went to the old town.", 0.5, Habit(), WAITS) == 0.2
    assert wait("My favourite game is.", 0.95, Habit(), WAITS) == 1.2


def test_a_short_answer_is_never_held_back_by_the_models_ear() -> None:
    assert wait("Yes.", 0.01, Habit(), WAITS) == 0.2
    assert wait("Not now.", 0.01, Habit().went_on(0.7).went_on(0.7), WAITS) == 0.2


def test_who_often_goes_on_after_a_pause_is_waited_for_a_little_longer() -> None:
    text = "We went to the old town."
    once = Habit().went_on(0.5)
    assert wait(text, None, once, WAITS) == 0.2
    twice = once.went_on(0.6)
    assert wait(text, None, twice, WAITS) == pytest.approx(0.7)
    assert wait(text, None, twice.went_on(3.0), WAITS) == 1.2
    for _ in range(7):
        twice = twice.ended()
    assert wait(text, None, twice, WAITS) == 0.2


def test_who_has_only_greeted_is_given_time_to_ask() -> None:
    waits = Waits(0.2, 0.4, 1.2)
    for text in ("Hello Gerald", "Hey Gerald.", "Hi!"):
        assert wait(text, None, Habit(), waits) == pytest.approx(0.8)
    assert wait("Hello Gerald, how are you?", None, Habit(), waits) == 0.2
