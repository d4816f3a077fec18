"""How a problem looks: place, words, the line and a caret below what is meant."""

import re
import time

import pytest

from config.syntax.mask import conceal, printable
from config.syntax.problem import Problem
from config.syntax.render import render, summary

TYPO = Problem(
    severity="error", message="unknown key", key="llm.temprature", section="llm", layer="config",
    file="config/config.yaml", line=17, column=3, hint="Did you mean 'temperature'?",
    excerpt="  temprature: 0.9", caret=3, width=10,
)  # fmt: skip


def test_a_problem_is_drawn_with_its_line_and_a_caret() -> None:
    assert render([TYPO]) == (
        "config/config.yaml:17:3: llm.temprature: unknown key. Did you mean 'temperature'?\n"
        "   17 |   temprature: 0.9\n"
        "      |   ^^^^^^^^^^\n"
    )


def test_colour_adds_escapes_and_changes_no_word() -> None:
    coloured = render([TYPO], colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render([TYPO])


def test_what_a_file_says_is_never_taken_for_markup() -> None:
    problem = Problem(
        "warning", "[bold]x[/nope] :smile:", file="a[red].yaml", line=1, column=1, excerpt="[/]", caret=1
    )
    assert "[bold]x[/nope] :smile:" in re.sub(r"\x1b\[[0-9;]*m", "", render([problem], colour=True))


def test_warnings_and_notes_say_so() -> None:
    assert (
        str(Problem("note", "is unset", key="a.b", file="c.yaml", line=1, column=2))
        == "c.yaml:1:2: note: a.b: is unset"
    )
    assert str(Problem("error", "is wrong", file="--set")) == "--set: is wrong"
    assert str(Problem("error", "is wrong")) == "is wrong"


def test_the_caret_stands_under_wide_characters_and_tabs() -> None:
    problem = Problem("error", "m", file="f", line=1, column=7, excerpt="a: 日本\tx", caret=7)
    _, line, caret = render([problem]).splitlines()
    assert line == "    1 | a: 日本 x"
    assert caret == "      | " + " " * (3 + 4 + 1) + "^"


def test_a_long_line_is_cut_around_the_caret() -> None:
    problem = Problem(
        "error", "m", file="f", line=1, column=501, excerpt="a" * 500 + "HERE" + "b" * 500, caret=501, width=4
    )
    _, line, caret = render([problem]).splitlines()
    assert len(line) < 130
    assert line[caret.index("^") : caret.rindex("^") + 1] == "HERE"


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printable("a\x1b[31mb\u202ec\nd") == "a\ufffd[31mb\ufffdc d"
    assert "\x1b" not in render(
        [Problem("error", "m", file="f", line=1, column=1, excerpt="\x1b[2J", caret=1)]
    )


def test_the_summary_counts_each_kind() -> None:
    assert summary([TYPO, TYPO, Problem("note", "n")]) == "2 errors, 1 note"
    assert summary([]) == "no errors"


def test_concealing_moves_the_column_with_the_text() -> None:
    text, column = conceal("a: verysecretvalue b: c", {"verysecretvalue"}, 20)
    assert text == "a: ******** b: c"
    assert text[column - 1] == "b"
    assert conceal("a: verysecretvalue", {"verysecretvalue"}, 8) == ("a: ********", 4)


@pytest.mark.parametrize(
    "url",
    [
        "http://me:hunter2@host/v1",
        "http:/me:hunter2@host/v1",
        r"http:/\\me:hunter2@host/v1",
        "http//me:hunter2@host",
        "http:me:hunter2@host",
        "me:hunter2@host",
        "http://me:hun@hunter2@host",
        "http://me:hunter2@hos!!t:8080",
    ],
)
def test_a_password_in_a_url_is_concealed_however_the_url_is_mistyped(url: str) -> None:
    shown, _ = conceal(f'  base_url: "{url}" # mine')
    assert "hunter2" not in shown
    assert "# mine" in shown


def test_a_long_line_is_searched_once() -> None:
    begun = time.process_time()
    conceal("a:" * 200_000 + "@")
    assert time.process_time() - begun < 20.0


def test_concealing_leaves_ordinary_lines_alone() -> None:
    for line in (
        "max_tokens: 300",
        'api_key: "${OPENROUTER_API_KEY}"',
        "keys: none",
        "http://127.0.0.1:11434/v1",
        "mail: me@host",
    ):
        assert conceal(line) == (line, 0)
