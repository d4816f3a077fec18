"""A check that hangs, fails or wants to end the program costs nothing but its own line."""

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from supervisor.doctor.apart import LookFailed, apart
from supervisor.doctor.checks import CHECKS
from supervisor.doctor.examination import Check, examine
from supervisor.doctor.finding import Findings, Severity, ok
from supervisor.doctor.subject import Subject
from tests.supervisor.doctor.conftest import Make

NEVER = threading.Event()


def fine(seen: object) -> Findings:
    return (ok(f"saw {seen}"),)


def hangs(_: Subject) -> str:
    NEVER.wait()
    return "nothing"


def fails(_: Subject) -> str:
    raise OSError(5, "Input/output error")


def ends(_: Subject) -> str:
    sys.exit(3)


def judges_badly(_: object) -> Findings:
    raise KeyError("port")


def checks() -> Sequence[Check[Any]]:
    return (
        Check("a", "A", lambda subject: "a", fine),
        Check("hangs", "Hangs", hangs, fine, within=0.5),  # short: it is to run out
        Check("fails", "Fails", fails, fine),
        Check("ends", "Ends", ends, fine),
        Check("judge", "Judge", lambda subject: "x", judges_badly),
        Check("z", "Z", lambda subject: "z", fine),
    )


def test_each_says_its_own_line_in_the_order_of_the_checks(subject: Make) -> None:
    shown: list[list[str]] = []
    begun = time.monotonic()
    report = examine(checks(), subject(), lambda waiting: shown.append(list(waiting)))
    assert time.monotonic() - begun < 30.0
    assert [(one.name, *(f.seen for f in one.findings)) for one in report.results] == [
        ("a", "saw a"),
        ("hangs", "could not be looked at: no answer within 0.5 s"),
        ("fails", "could not be looked at (OSError: [Errno 5] Input/output error)"),
        ("ends", "could not be looked at (SystemExit: 3)"),
        ("judge", "could not be looked at (KeyError: 'port')"),
        ("z", "saw z"),
    ]
    assert report.hung == ("hangs",)
    assert (report.count(Severity.OK), report.count(Severity.NOTE)) == (2, 4)
    assert shown[-1] == ["Hangs"], "what is waited for is shown"


def test_they_run_side_by_side(subject: Make) -> None:
    """Each waits for all the others."""
    everybody = threading.Barrier(4)

    def meets(_: Subject) -> str:
        everybody.wait(60.0)
        return "them"

    report = examine([Check(str(n), str(n), meets, fine) for n in range(4)], subject())
    assert [one.seen for one in report.findings] == ["saw them"] * 4


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) == len({check.title for check in CHECKS})


def crashes(_: Subject) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return "nothing"


def lost(_: Subject) -> str:
    raise LookFailed("no answer")


def sees_no_secret(subject: Subject) -> str:
    return f"{subject.config.llm.api_key} {dict(subject.environ)} {subject.config.audio.input_device}"


def test_what_runs_apart_may_hang_or_crash_and_sees_no_secret(subject: Make) -> None:
    whole = subject(llm={"api_key": "sk-secret"}, audio={"input_device": 5}, environ={"TOKEN": "x"})
    assert apart(sees_no_secret, whole, 60.0) == "None {} 5"
    with pytest.raises(LookFailed, match="SIGSEGV"):
        apart(crashes, whole, 60.0)
    with pytest.raises(LookFailed, match=r"no answer within 0\.5 s"):
        apart(hangs, whole, 0.5)
    assert Check("c", "C", lost, fine).findings(whole)[0].seen == "could not be looked at: no answer"
