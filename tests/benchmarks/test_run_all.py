"""The runner runs every benchmark, whatever becomes of the others, and ends with one table."""

import importlib
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import run_all
from benchmarks._report import Figure
from benchmarks.run_all import benchmarks

ROOT = Path(__file__).parents[2]
HEAD = f"""import sys
sys.path.insert(0, {str(ROOT)!r})
from benchmarks._report import Figure, Report
report = Report()
"""
GOOD = (
    HEAD + "report.add(Figure('tell', 400.0, '/s', 'pykka', 100.0, at_least=4))\nsys.exit(report.finish())\n"
)
MISSES = HEAD + "report.add(Figure('crash', 2.5, 'ms', at_most=2))\nsys.exit(report.finish())\n"
BREAKS = HEAD + "report.add(Figure('before', 1.0, 's'))\nraise RuntimeError('no peer is here')\n"
SILENT = "import sys\nsys.exit(3)\n"


def made(folder: Path, **sources: str) -> list[Path]:
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source, "utf-8")
    return benchmarks(folder)


def ran(files: list[Path]) -> tuple[int, list[list[str]]]:
    """The exit status, and the cells of the table's rows."""
    console = Console(file=io.StringIO(), width=160)
    status = run_all.run_all(files, console)
    assert isinstance(console.file, io.StringIO)
    rows = [line for line in console.file.getvalue().splitlines() if line.startswith("│")]
    return status, [[cell.strip() for cell in re.split("│", row)[1:-1]] for row in rows]


def test_all_good(tmp_path: Path) -> None:
    status, rows = ran(made(tmp_path, good=GOOD))
    assert status == 0
    assert rows == [["good", "tell", "400 /s", "100 /s (pykka)", "4.00x", ">= 4.00x", "met"]]


def test_a_missed_bar_and_a_failure_keep_no_benchmark_from_running(tmp_path: Path) -> None:
    status, rows = ran(made(tmp_path, a_misses=MISSES, b_breaks=BREAKS, c_silent=SILENT, d_good=GOOD))
    assert status == 1
    assert rows == [
        ["a_misses", "crash", "2.50 ms", "", "", "<= 2 ms", "MISSED"],
        ["b_breaks", "before", "1 s", "", "", "", ""],
        ["b_breaks", "RuntimeError: no peer is here", "", "", "", "", "FAILED"],
        ["c_silent", "exit status 3, and nothing reported", "", "", "", "", "FAILED"],
        ["d_good", "tell", "400 /s", "100 /s (pykka)", "4.00x", ">= 4.00x", "met"],
    ]


@pytest.mark.parametrize("source", [MISSES, BREAKS, SILENT])
def test_one_that_is_not_good_is_the_exit_status(tmp_path: Path, source: str) -> None:
    status, _ = ran(made(tmp_path, bad=source, good=GOOD))
    assert status == 1


def test_what_a_benchmark_prints_is_passed_on(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ran(made(tmp_path, one="import sys\nprint('a figure')\nprint('a warning', file=sys.stderr)\n"))
    out, err = capfd.readouterr()
    assert "a figure\n" in out
    assert "a warning\n" in err


def test_all_of_ours_are_found_and_the_runner_is_none_of_them() -> None:
    names = {path.stem for path in benchmarks(ROOT / "benchmarks")}
    assert {"kernel", "nodes", "state", "trace", "osc"} <= names
    assert "run_all" not in names


@pytest.mark.parametrize("path", benchmarks(ROOT / "benchmarks"), ids=lambda path: path.stem)
def test_every_benchmark_can_be_imported_and_reports_its_figures(path: Path) -> None:
    module = importlib.import_module(f"benchmarks.{path.stem}")
    assert module.Figure is Figure
    assert ".finish(" in path.read_text("utf-8")


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run_all.main(["kernle"])
    assert stopped.value.code == 2
    assert "there is no benchmark kernle" in capsys.readouterr().err
