"""Acts in a model's words: found in the forms that models write, and never heard."""

import pytest

from actors.llm.text.clean import clean
from actors.llm.text.marks import acts_of_call, take_marks
from actors.llm.text.reply import SpokenReply

MARKS = {
    "[wave] Hello!": ("Hello!", "wave"),
    "Hello *waves happily* there.": ("Hello there.", "wave"),
    "*waves*": ("", "wave"),
    "(smiles) Nice.": ("Nice.", "happy"),
    "<wave/> Hi": ("Hi", "wave"),
    "<action>wave</action> Hi": ("Hi", "wave"),
    '<gesture name="clap"/> Good': ("Good", "clap"),
    "{{wave}} Hi": ("Hi", "wave"),
    ":wave: Hi": ("Hi", "wave"),
    "/wave Hi": ("Hi", "wave"),
    "_waves at you_ Hi": ("Hi", "wave"),
    "~spins around~ Look": ("Look", "turn_around"),
    "Hi 👋": ("Hi 👋", "wave"),
    "[action: turn_left] ok": ("ok", "turn_left"),
}
NO_MARKS = (
    "You *jump* first.",
    "I like it (a lot).",
    "and/or dance",
    "The time is 10:30:20",
    "x < y and y > z",
    "I *really* jump.",
    "They wave and dance.",
)


@pytest.mark.parametrize(("text", "found"), MARKS.items())
def test_a_mark_is_found_and_not_heard(text: str, found: tuple[str, str]) -> None:
    words, acts = take_marks(text)
    assert (clean(words), *acts) == found


@pytest.mark.parametrize("text", NO_MARKS)
def test_what_is_no_mark_asks_for_nothing(text: str) -> None:
    assert take_marks(text) == (text, ())


def test_walking_over_is_taken_out_and_not_done() -> None:
    assert take_marks("[walks over to Anna] Hi") == (" Hi", ())


CALLS = {
    '{"name":"act","arguments":{"name":"wave"}}': ("wave",),
    '{"action":"wave"}': ("wave",),
    '{"name":"wave","arguments":{}}': ("wave",),
    '[{"name":"dance"}]': ("dance",),
    '<parameter name="name">clap</parameter>': ("clap",),
    '{"function":{"name":"act","arguments":"{\\"name\\": \\"jump\\"}"}}': ("jump",),
    '{"name": "web_search", "arguments": {"query": "dance"}}': (),
    '{"name":"act","arguments":{"name":"/avatar/change"}}': (),
    '{"name":"act","arguments":{"name":["a", {"b": 1}]}}': (),
    '{"a":' * 500: (),
    "": (),
}


@pytest.mark.parametrize(("call", "acts"), CALLS.items())
def test_a_call_asks_for_acts_only(call: str, acts: tuple[str, ...]) -> None:
    assert acts_of_call(call) == acts


REPLIES = {
    'Sure! <tool_call>{"name": "act", "arguments": {"name": "dance"}}</tool_call> There.': (0, "dance"),
    '{"action": "wave"} Hello there.': (0, "wave"),
    "Hello there. Look at this. *claps loudly*": (2, "clap"),
    "[wave] Hello there.": (0, "wave"),
}


@pytest.mark.parametrize("slices", [1, 3, 1000])
@pytest.mark.parametrize(("text", "act"), REPLIES.items())
def test_an_act_knows_its_sentence_however_the_text_comes(
    text: str, act: tuple[int, str], slices: int
) -> None:
    reply = SpokenReply()
    said = [s for at in range(0, len(text), slices) for s in reply.feed(text[at : at + slices])]
    said += reply.finish()
    assert reply.acts == [act]
    assert not any(sign in " ".join(said) for sign in "[]{}<>*")
