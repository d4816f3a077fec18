"""Names as people type them."""

import pytest

from actors.vocabulary.names import folded, same_name
from actors.vocabulary.values import person_named


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("Ten․exe", "ten.exe"),
        ("Anna＃1 ∕∕ Jose\u0301", "anna#1 // José"),
        ("ǃǃＢＯＯǃǃ", "!!boo!!"),
        ("a  b\u00a0c ", "A b c"),
        ("Straße", "STRASSE"),
        ("ﬁn", "fin"),
    ],
)
def test_what_looks_alike_is_one_name(shown: str, typed: str) -> None:
    assert same_name(shown, typed)
    assert person_named(shown).user_id == person_named(typed).user_id
    assert folded(folded(shown)) == folded(shown)


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "Аnna"), ("Anna", "Anna1"), ("l", "I"), ("José", "Jose")]
)
def test_letters_of_other_scripts_and_accents_make_another_name(one: str, other: str) -> None:
    assert not same_name(one, other)
