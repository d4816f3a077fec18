"""What is said over the bot's voice: does it interrupt?"""

import pytest

from actors.conversation.reply.interruption import Verdict, judge

LISTENING, INTERRUPTING = Verdict.LISTENING, Verdict.INTERRUPTING


@pytest.mark.parametrize(
    "text",
    [
        "Mm-hmm.", "Mhm", "Hmm...", "Yeah.", "Uh huh.", "Uh-huh", "Aha.", "Yeah, yeah.", "Oh, wow!", "OK.", "Right.",
        "I see.", "Got it.", "No way!", "HAHA!", "Ha ha ha ha!", "Hahaha", "Heh heh.", "lol", "Oh my God!",
        "Genau.", "Ach so.", "Ja, ja, klar.", "D'accord.", "Oui, oui.", "Sí, claro.", "Già, certo.", "うん", "ははは",
    ],
)  # fmt: skip
def test_a_listener_does_not_interrupt_however_long(text: str) -> None:
    assert judge(text, 3.0) is LISTENING


@pytest.mark.parametrize(
    "text", ["", "...", "(coughs)", "[Music]", "*laughs*", "♪♪", "[BLANK_AUDIO] (door slams)"]
)
def test_a_noise_is_nothing(text: str) -> None:
    assert judge(text, 3.0) is Verdict.NOTHING


@pytest.mark.parametrize(
    "text",
    ["Stop!", "Wait", "No.", "No, no.", "Hold on", "Excuse", "Yeah, wait", "Okay stop", "Stopp", "Warte", "待って"],
)  # fmt: skip
def test_a_word_that_asks_to_stop_interrupts_at_once(text: str) -> None:
    assert judge(text, 0.1) is INTERRUPTING


def test_two_words_interrupt_and_one_only_when_it_takes_long() -> None:
    assert judge("what", 0.3) is Verdict.UNSURE
    assert judge("what", 0.5) is INTERRUPTING
    assert judge("what is", 0.3) is INTERRUPTING
    assert judge("yeah but", 0.3) is INTERRUPTING


def test_how_many_words_and_how_much_speech_can_be_chosen() -> None:
    assert judge("what is that", 0.4, words=4) is Verdict.UNSURE
    assert judge("what", 0.9, after=1.0) is Verdict.UNSURE


@pytest.mark.parametrize(
    "text",
    [
        "Who is he?",
        "That is not what I meant.",
        "Sind wir da?",
        "Yes, I have a question.",
        "Have a look",
        "Hannah came",
    ],
)
def test_what_only_resembles_a_laugh_or_a_nod_interrupts(text: str) -> None:
    assert judge(text, 0.6) is INTERRUPTING
