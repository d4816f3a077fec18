"""A figure knows its bar, and a report hands each figure on at once."""

from pathlib import Path

import msgspec
import pytest

from benchmarks._report import REPORT_FILE, Figure, Finished, Report, as_ratio, with_unit


def test_the_bar_of_a_figure_with_a_peer_is_for_the_ratio() -> None:
    assert Figure("tell", 300.0, "/s", "pykka", 100.0, at_least=4.0).missed
    assert not Figure("tell", 400.0, "/s", "pykka", 100.0, at_least=4.0).missed
    assert Figure("ask", 3.0, "us", "Ray", 10.0, at_most=1 / 6).missed


def test_the_bar_of_a_figure_without_a_peer_is_for_the_figure() -> None:
    assert Figure("crash", 2.1, "ms", at_most=2).missed
    assert not Figure("lost", 0, at_most=0).missed


def test_a_figure_without_a_bar_is_never_missed() -> None:
    assert not Figure("memory", 1e12, "B").missed
    assert not Figure("read", 1.0, "/s", "small-mcap", 1e9).missed


def test_a_value_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="crash is not a number"):
        Report().add(Figure("crash", float("nan"), "ms", at_most=2))


def test_figures_and_bars_read_as_people_write_them() -> None:
    assert as_ratio(4.6) == "4.60x"
    assert as_ratio(1 / 13.6) == "1/13.6"
    assert with_unit(0.4521, "ms") == "0.452 ms"
    assert with_unit(19_200.4, "/s") == "19,200 /s"
    assert with_unit(0, "") == "0"
    assert (
        str(Figure("ask", 3.0, "us", "Ray", 10.0, at_most=1 / 6)) == "ask: 1/3.3 of Ray, the bar is <= 1/6.0"
    )
    assert str(Figure("crash", 2.5, "ms", at_most=2)) == "crash: 2.50 ms, the bar is <= 2 ms"


def test_a_missed_bar_is_printed_and_is_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.add(Figure("good", 1.0, at_most=2))
    assert report.finish() == 0
    report.add(Figure("bad", 3.0, at_most=2))
    assert report.finish() == 1
    assert capsys.readouterr().out == "MISSED  bad: 3, the bar is <= 2\n"


def test_a_figure_is_handed_on_before_the_benchmark_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.jsonl"
    monkeypatch.setenv(REPORT_FILE, str(file))
    figure = Figure("tell", 4.0, "/s", "pykka", 1.0, at_least=4)
    report = Report()
    report.add(figure)
    lines = file.read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=Figure | Finished) for line in lines] == [figure]
    report.finish(quiet=True)
    assert msgspec.json.decode(file.read_bytes().splitlines()[-1], type=Figure | Finished) == Finished()
