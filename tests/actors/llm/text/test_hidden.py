"""Thoughts and calls of tools, in every form that models are known to use, are never heard."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.llm.text.clean import clean
from actors.llm.text.hidden import CALLS, MARKS, HiddenText, opens_in_thought
from actors.llm.text.reply import SpokenReply

SIZES = [1, 2, 3, 7, 1000]
CALL = '{"name": "get_weather", "arguments": {"city": "Paris {x}"}}'


def heard(text: str, size: int, begins: bool | None = False) -> tuple[str, HiddenText]:
    hidden = HiddenText(begins)
    said = "".join(hidden.feed(text[i : i + size]) for i in range(0, len(text), size))
    return (said + hidden.flush()).strip(), hidden


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        "<think>Hm. 1 < 2</think>Hi there!",
        "<THOUGHT>Hm.</THOUGHT>Hi there!",
        "[THINK]She greets me.[/THINK]Hi there!",
        "◁think▷She greets me.◁/think▷Hi there!",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi there!",
        "<|channel|>final<|message|>Hi there!",
        "<|channel>thought\nHm.<channel|>Hi there!",
    ],
)
def test_a_thought_is_hidden_however_it_is_sliced(text: str, size: int) -> None:
    assert heard(text, size)[0] == "Hi there!"
    assert heard(text, size, None)[0] == "Hi there!"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("begins", [True, None])
def test_a_thought_that_the_template_opened_is_hidden(size: int, begins: bool | None) -> None:
    said, hidden = heard("Okay, she greets me. Short.\n</think>\n\nHi there!", size, begins)
    assert said == "Hi there!"
    assert hidden.opened_by_template


def test_a_reply_of_an_unknown_model_is_heard_whole_and_tells_that_it_does_not_open_a_thought() -> None:
    said, hidden = heard("Hello there. I am well.", 4, None)
    assert said == "Hello there. I am well."
    assert hidden.opened_by_template is False


def test_what_a_thinking_model_that_was_cut_off_had_in_mind_is_not_heard() -> None:
    reply = SpokenReply(begins=True)
    assert reply.feed("Okay. She asks for a story. ") == ()
    assert reply.finish(cut=True) == ()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        f"<tool_call>\n{CALL}\n</tool_call>",
        f"{CALL}",
        f"```json\n{CALL}\n```",
        f"{CALL[:-20]}",
        'commentary to=functions.get_weather json{"city":"Paris"}',
        '<|channel|>commentary to=functions.x <|constrain|>json<|message|>{"city":"Paris"}',
        f"[TOOL_CALLS][{CALL}]",
        '<|python_tag|>weather.get(city="Paris")',
        "<function=get_weather>{}</function>",
        '{"function": {"name": "look", "arguments": "{}"}}',
    ],
)
def test_a_call_of_a_tool_is_hidden_and_known(text: str, size: int) -> None:
    said, hidden = heard(f"Let me look. {text}", size)
    assert clean(said) == "Let me look."
    assert hidden.tool


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "text",
    [
        'A set is {1, 2} and {"a": 1} too.',
        "I was in the thick of it, in commentary and all.",
        "2 < 3, [see], {well",
        "İstanbul {ğ} </b> and <b>.",
    ],
)
def test_what_only_looks_like_a_mark_is_heard(text: str, size: int) -> None:
    said, hidden = heard(text, size)
    assert said == text
    assert not hidden.tool


@given(
    st.lists(
        st.sampled_from([*MARKS, "</think>", "{", "}", '"', "İ", "a ", "\\", CALL, "[", "<|"]), max_size=12
    ),
    st.integers(1, 9),
    st.sampled_from([True, False, None]),
)
@example(["{", "<tool_call>", "}"], 1, True)
def test_any_text_ends_and_no_mark_is_ever_heard(parts: list[str], size: int, begins: bool | None) -> None:
    said, _ = heard("".join(parts), size, begins)
    assert not any(mark in said.lower() for mark in CALLS if mark.startswith("<"))


@pytest.mark.parametrize(
    ("model", "opens"),
    [
        ("deepseek-r1:8b", True),
        ("Qwen3-30B-A3B-Thinking-2507", True),
        ("llama-3.1-8b", False),
        ("some-model", None),
    ],
)
def test_the_name_of_a_model_tells_what_it_can(model: str, opens: bool | None) -> None:
    assert opens_in_thought(model) is opens
