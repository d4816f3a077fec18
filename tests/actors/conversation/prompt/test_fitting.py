"""A long character is cut to what a model on this machine can read; a server gets all of it."""

from actors.conversation.prompt.fitting import fitted
from config.schema import Bot, Llm, LocalLlm

LONG = Bot(
    persona="big",
    description="Big lives by the sea. " * 270,
    personality="kind. " * 300,
    scenario="It rains. " * 180,
    instructions="Speak softly. " * 140,
    examples={f"Question {n}?": "An answer that is long. " * 15 for n in range(8)},
)


def size(bot: Bot) -> int:
    texts = (bot.description, bot.personality, bot.scenario, bot.instructions, *bot.examples.values())
    return sum(map(len, texts))


def test_a_server_gets_all_of_it() -> None:
    assert fitted(LONG, Llm(base_url="http://127.0.0.1:1/v1")) is LONG
    assert fitted(LONG, None) is LONG


def test_the_embedded_model_gets_whole_sentences_of_every_part() -> None:
    cut = fitted(LONG, Llm())
    assert size(cut) <= (2048 - 1200) * 3
    assert cut.description.endswith("sea.")
    assert all((cut.personality, cut.scenario, cut.instructions, cut.examples))
    assert cut.persona == "big"


def test_a_larger_context_takes_more_and_what_fits_is_left_alone() -> None:
    assert size(fitted(LONG, Llm(local=LocalLlm(context=4096)))) > 2 * size(fitted(LONG, Llm()))
    assert fitted(Bot(), Llm()) == Bot()
