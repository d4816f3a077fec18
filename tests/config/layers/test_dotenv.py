"""The .env reader: quotes, comments, export, and no surprises."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.layers.dotenv import parse
from config.syntax.errors import LoadError
from config.syntax.node import SourceText


def read(text: str) -> dict[str, str]:
    return {name: found.value for name, found in parse(SourceText(".env", ".env", text)).items()}


def place_of_refusal(text: str) -> int:
    """The line that is refused, or 1 if none is."""
    try:
        read(text)
    except LoadError as error:
        return error.problem.line
    return 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=b", "b"),
        ("A = b ", "b"),
        ("export A=b", "b"),
        ("  export\tA=b", "b"),
        ("A=", ""),
        ("A= # none", ""),
        ("A=b # c", "b"),
        ("A=b#c", "b#c"),
        ("A=#c", ""),
        ("A='b # c' # d", "b # c"),
        ("A='it\\n'", "it\\n"),
        ('A="x\\ny"', "x\ny"),
        ('A="say \\"hi\\" \\\\ \\$HOME"', 'say "hi" \\ $HOME'),
        ("A=$HOME/${X}", "$HOME/${X}"),
        ('A="$HOME"', "$HOME"),
        ("A=a=b", "a=b"),
        ("A='two\nlines'", "two\nlines"),
        ("A=it's", "it's"),
        ("A=b\r\n", "b"),
        ("# c\n\nA=b\n", "b"),
        ("A=two words", "two words"),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: str) -> None:
    assert read(text) == {"A": value}


@pytest.mark.parametrize(
    ("text", "quoted"), [("A='7'", True), ('A= "7"', True), ("A=7", False), ("A=", False)]
)
def test_a_variable_knows_whether_it_was_in_quotes(text: str, quoted: bool) -> None:
    assert parse(SourceText(".env", ".env", text))["A"].quoted is quoted


def test_each_variable_knows_the_place_of_its_value() -> None:
    found = parse(SourceText(".env", ".env", "# c\nA='x\ny'\nexport B = 2\n"))
    assert {name: (item.line, item.column, item.name_column) for name, item in found.items()} == {
        "A": (2, 3, 1),
        "B": (4, 12, 8),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A=1\n@@what is this\n", "is not NAME=value"),
        ("@@1A=2\n", "is not NAME=value"),
        ("A=@@'open\nB=2\n", "is never closed"),
        ('A=@@"open\\"\n', "is never closed"),
        ("A='b'@@ c\n", "more behind the closing quote"),
        ("A=1\n@@A=2\n", "A is given twice, first on line 1"),
    ],
)
def test_a_line_that_is_not_an_assignment_is_refused_at_its_place(
    text: str, words: str, unmark: Callable[[str], Any]
) -> None:
    marked = unmark(text)
    with pytest.raises(LoadError, match=words) as caught:
        read(marked.text)
    problem = caught.value.problem
    assert (problem.file, problem.line, problem.column) == (".env", marked.line, marked.column)


def test_no_line_of_the_file_is_shown_since_any_may_hold_a_password() -> None:
    with pytest.raises(LoadError) as caught:
        read("MY_PASSPHRASE correct-horse-battery\n")
    assert "horse" not in str(caught.value) + caught.value.problem.excerpt


@given(st.text(max_size=80))
def test_any_text_gives_variables_or_a_load_error(text: str) -> None:
    assert place_of_refusal(text) >= 1


@given(st.text(st.characters(exclude_characters="'\r", exclude_categories=["Cs"]), max_size=40))
def test_a_value_in_single_quotes_comes_back_as_it_was(value: str) -> None:
    assert read(f"A='{value}'") == {"A": value}
