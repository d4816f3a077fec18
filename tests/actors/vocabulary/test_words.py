"""What is told of words without a model."""

import pytest

from actors.vocabulary.words import joined


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (["Hello.", "How are you?"], "Hello. How are you?"),
        (["你好。", "我是杰拉德！"], "你好。我是杰拉德！"),
        (["ที่", "นี่"], "ที่นี่"),
        (["你好。", "Gerald"], "你好。 Gerald"),
        (["", "Hello."], "Hello."),
        ([], ""),
    ],
)
def test_pieces_are_joined_as_their_script_is_written(pieces: list[str], whole: str) -> None:
    assert joined(pieces) == whole
