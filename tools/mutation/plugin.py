"""What pytest reports while it runs a mutant, or the clean code: results by test, and the lines that each runs."""

import contextlib
from typing import Any

from coverage import Coverage


class Results:
    """`seconds` by test, as far as they ran; `failed`: the first that failed, or ""."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.failed = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = f"{report.nodeid} could not be read"


class Lines:
    """Notes which test runs which lines."""

    def __init__(self, folder: str, files: list[str]) -> None:
        self.coverage = Coverage(
            data_file=None, include=[f"{folder}/{file}" for file in files], config_file=False
        )
        self._folder = folder

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def by_test(self) -> dict[str, dict[int, list[str]]]:
        """The tests by file and line."""
        data = self.coverage.get_data()
        found: dict[str, dict[int, list[str]]] = {}
        for file in data.measured_files():
            lines = data.contexts_by_lineno(file)
            found[file.removeprefix(f"{self._folder}/")] = {
                line: [test for test in tests if test] for line, tests in lines.items()
            }
        return found


def use_fixed_examples() -> None:
    """Hypothesis neither remembers examples nor makes them small: a mutant is dead at the first one."""
    from hypothesis import Phase, settings

    with contextlib.suppress(Exception):
        settings.register_profile(
            "mutants", database=None, phases=(Phase.explicit, Phase.generate), deadline=None
        )
        settings.load_profile("mutants")
