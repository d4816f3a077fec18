"""The newest lines of the log, from its end."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from supervisor import log_lines
from supervisor.log_lines import LogLine, newest, parsed


def line(number: int, level: str = "INFO", text: str = "hello") -> str:
    return f"2026-01-05 12:30:00.{number:03} {level:8} world/1 a.b: {text} {number}"


def written(folder: Path, *lines: str, name: str = "bot.log") -> Path:
    file = folder / name
    file.write_text("".join(f"{one}\n" for one in lines), "utf-8")
    return file


def test_a_line_has_its_time_level_and_text() -> None:
    assert parsed(line(7, "WARNING")) == LogLine("2026-01-05 12:30:00.007", "WARNING", "world/1 a.b: hello 7")
    assert parsed("  half a line") == LogLine("", "INFO", "  half a line")


def test_the_newest_lines_come_in_order_and_older_files_follow(tmp_path: Path) -> None:
    written(tmp_path, line(1), line(2), name="bot.log.2")
    written(tmp_path, line(3), name="bot.log.1")
    file = written(tmp_path, line(4), line(5))
    found = newest(file, 4)
    assert [one.text[-1] for one in found.lines] == ["2", "3", "4", "5"]
    assert not found.complete
    assert newest(file, 10).complete


def test_lines_are_of_a_level_and_contain_words_in_any_case(tmp_path: Path) -> None:
    file = written(
        tmp_path, line(1, "ERROR", "Broken"), line(2, "WARNING", "BROKEN"), line(3, "INFO", "broken")
    )
    assert [one.level for one in newest(file, 10, "WARNING", "broken").lines] == ["ERROR", "WARNING"]
    assert newest(file, 10, "CRITICAL").lines == ()


def test_no_log_has_no_lines(tmp_path: Path) -> None:
    found = newest(tmp_path / "missing.log", 5)
    assert (found.lines, found.complete) == ((), True)


def test_no_more_is_looked_through_than_the_limit(tmp_path: Path) -> None:
    wide = "x" * 1000
    file = written(tmp_path, line(1, "ERROR"), *(line(n % 1000, text=wide) for n in range(9000)))
    found = newest(file, 5, "ERROR")
    assert found.lines == ()
    assert not found.complete
    assert found.looked_through <= log_lines.MOST_READ


def test_an_endless_line_is_cut(tmp_path: Path) -> None:
    file = written(tmp_path, "y" * 300_000, line(1))
    first, last = newest(file, 5).lines
    assert len(first.text) <= log_lines.LONGEST
    assert last.text.endswith("hello 1")


@settings(max_examples=30)
@given(
    st.lists(
        st.text(
            st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1, max_size=40000
        ),
        max_size=6,
    )
)
def test_blocks_never_part_or_lose_a_line(tmp_path_factory: object, lines: list[str]) -> None:
    folder: Path = tmp_path_factory.mktemp("log")  # type: ignore[attr-defined]
    file = folder / "bot.log"
    file.write_bytes("".join(f"{one}\n" for one in lines).encode())
    found = newest(file, 100).lines
    assert [one.text for one in found] == [parsed(one).text for one in lines]
