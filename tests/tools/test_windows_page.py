"""docs/windows.md counts the tests that are left out on Windows, as they are marked today."""

from pathlib import Path

import pytest

from tests.tools.loading import ROOT, tool

windows_page = tool("windows_page")


def left_out(folder: Path, source: str) -> list[tuple[str, str]]:
    file = folder / "test_x.py"
    file.write_text(f"import pytest\n{source}", "utf-8")
    return list(windows_page.left_out(file))


def test_the_page_is_current() -> None:
    text = windows_page.DOCUMENT.read_text("utf-8")
    assert text == windows_page.page(text, ROOT / "tests"), "make docs"


def test_a_marked_test_is_counted_and_others_are_not(tmp_path: Path) -> None:
    source = "@pytest.mark.posix('forks')\ndef test_a(): ...\ndef test_b(): ...\n@pytest.mark.slow\ndef test_c(): ...\n"
    assert left_out(tmp_path, source) == [("posix", "forks")]


def test_a_mark_with_a_name_counts_wherever_the_name_is_used(tmp_path: Path) -> None:
    source = "mine = pytest.mark.linux('leases')\n@mine\ndef test_a(): ...\n@mine\ndef test_b(): ...\n"
    assert left_out(tmp_path, source) == [("linux", "leases")] * 2


def test_a_mark_of_the_module_counts_for_each_of_its_tests_once(tmp_path: Path) -> None:
    source = (
        "pytestmark = [pytest.mark.slow, pytest.mark.posix('forks')]\n"
        "@pytest.mark.linux('leases')\ndef test_a(): ...\ndef test_b(): ...\n"
    )
    assert left_out(tmp_path, source) == [("posix", "forks")] * 2


def test_a_mark_of_a_case_counts_its_test(tmp_path: Path) -> None:
    source = (
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.posix('forks')), 2])\n"
        "def test_a(x): ...\n"
    )
    assert left_out(tmp_path, source) == [("posix", "forks")]


def test_a_reason_that_is_computed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a marker's reason is a literal"):
        left_out(tmp_path, "why = 'x'\n@pytest.mark.posix(why)\ndef test_a(): ...\n")


def test_a_page_without_its_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="has lost its line"):
        windows_page.page("# Windows", ROOT / "tests")
