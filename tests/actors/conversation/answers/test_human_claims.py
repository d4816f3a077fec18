"""Nothing that the bot says of itself claims that it is human, in each language that it has sentences of its own in."""

import unicodedata
from pathlib import Path

import pytest
import yaml

from actors.conversation.answers.human_claims import LANGUAGES, denies_being_ai
from actors.conversation.reply.apologies import APOLOGIES
from config.schema import Bot, Llm
from tests.actors.conversation.answers.talk import Talk

REMOTE = Llm(base_url="http://127.0.0.1:1/v1")
SENTENCES: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "human_claims.yaml").read_text("utf-8")
)
CLAIMS = [(one, text) for one, kinds in SENTENCES.items() for text in kinds["claims"]]
HONEST = [(one, text) for one, kinds in SENTENCES.items() for text in kinds["honest"]]


def test_each_language_has_sentences() -> None:
    assert set(SENTENCES) == set(LANGUAGES) >= set(APOLOGIES)


@pytest.mark.parametrize(("language", "text"), CLAIMS)
def test_a_claim_is_found(language: str, text: str) -> None:
    assert denies_being_ai(text)
    assert denies_being_ai(text.upper())
    assert denies_being_ai(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(("language", "text"), HONEST)
def test_what_is_honest_passes(language: str, text: str) -> None:
    assert not denies_being_ai(text)
    assert not denies_being_ai(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(("language", "text"), [CLAIMS[8], CLAIMS[20], CLAIMS[30], CLAIMS[40], CLAIMS[50]])
def test_a_character_does_not_say_it_in_its_language(language: str, text: str) -> None:
    bot = Bot(persona="x", personality="a knight", language=language)
    answer = Talk(text, llm=REMOTE, bot=bot).say("?")
    assert text not in answer
    assert answer


@pytest.mark.parametrize(("language", "text"), HONEST[:1] + HONEST[8:9] + HONEST[17:18])
def test_and_says_what_is_honest(language: str, text: str) -> None:
    bot = Bot(persona="x", personality="a knight", language=language)
    assert Talk(text, llm=REMOTE, bot=bot).say("?") == text
