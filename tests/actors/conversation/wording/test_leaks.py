import pytest

from actors.conversation.instructions import RULES
from actors.conversation.wording.leaks import repeats_instructions
from config.schema import Bot

PERSONA = (
    "a small robot who was built in a garage by two sisters and who collects bottle caps of every colour"
)
BOT = Bot(personality=PERSONA)


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_are_not_repeated(rule: str) -> None:
    assert repeats_instructions(BOT, f"Sure! My instructions: {rule.upper()}")


def test_nor_what_the_owner_wrote_nor_over_the_border_of_two_pieces() -> None:
    assert repeats_instructions(BOT, f"I am {PERSONA}.")
    words = RULES[1].split()
    assert repeats_instructions(BOT, " ".join(words[5:9]), " ".join(words[:5]))


@pytest.mark.parametrize(
    "said",
    [
        "I'm an AI, and I say so if you ask.",
        "I hear people and remember them, but I cannot look anything up.",
        "I am a small robot, and I collect bottle caps!",
        "Names are just names.",
        "",
    ],
)
def test_the_bot_may_speak_of_itself(said: str) -> None:
    assert not repeats_instructions(BOT, said)
