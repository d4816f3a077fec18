"""Whether words ask for what can be seen."""

import pytest

from actors.vocabulary.looking import asks_to_look


@pytest.mark.parametrize(
    "text",
    [
        "What do you see?",
        "Gerald, can you see me?",
        "do you like my avatar",
        "What do you think of this world?",
        "What do you think about my new outfit?",
        "How do I look?",
        "What’s she wearing?",
        "Can you read that sign?",
        "What color is my shirt?",
        "how many people can you see",
        "Was siehst du gerade?",
        "Gefällt dir mein Avatar?",
        "Qu'est-ce que tu vois ?",
        "何が見えますか",
    ],
)
def test_who_asks_for_it(text: str) -> None:
    assert asks_to_look(text)


@pytest.mark.parametrize(
    "text",
    [
        "See you later!",
        "I see.",
        "What do you think of music?",
        "Do you like pizza?",
        "Look, I don't care.",
        "He looks after his sister.",
        "How are you?",
        "You look great today.",
        "",
    ],
)
def test_who_only_speaks_of_looks(text: str) -> None:
    assert not asks_to_look(text)


def test_a_long_text_is_not_searched_for_ever() -> None:
    assert not asks_to_look("x " * 100_000 + "what do you see")
