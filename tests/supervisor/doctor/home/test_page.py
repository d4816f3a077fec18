"""Whether the page may be served as it is to be; broken in reality."""

import datetime
import socket
from pathlib import Path

import pytest

from supervisor.doctor.home import page
from supervisor.doctor.home.page import PageFacts
from supervisor.doctor.running import Running
from supervisor.page.gate.certificate import made_certificate
from supervisor.page.gate.passwords import Passwords
from tests.supervisor.doctor.conftest import Make, said


def lines(subject: Make, running: Running | None = None, **section: object) -> list[str]:
    examined = subject(page={"port": 0, **section}, running=running or Running())
    return said(page.judge(page.gather(examined)))


def test_for_this_machine_all_is_well_and_nothing_is_changed(subject: Make, tmp_path: Path) -> None:
    assert lines(subject) == ["ok: page.host is 127.0.0.1: for this machine only"]
    assert lines(subject, enabled=False) == ["ok: page.enabled is false"]
    assert not any(tmp_path.iterdir())


def test_on_a_network_without_a_password_is_a_problem(subject: Make, tmp_path: Path) -> None:
    (line,) = lines(subject, host="0.0.0.0")
    assert line == "problem: page.host is 0.0.0.0, which others can reach, and there is no password"
    Passwords(tmp_path / "data").set("correct horse battery", may_act=True)
    (line,) = lines(subject, host="0.0.0.0")
    assert line == "ok: page.host is 0.0.0.0: others can reach it, with a password and encrypted"


def test_a_taken_port_is_a_note_and_a_foreign_host_a_problem(subject: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert lines(subject, port=port) == [
            f"note: another program has port {port}: the page takes any free one"
        ]
        there = Running(pid=1, status={"actors": ()})
        assert lines(subject, there, port=port) == ["ok: page.host is 127.0.0.1: for this machine only"]
    (line,) = lines(subject, host="192.0.2.250")
    assert line.startswith("problem: nothing can listen at 192.0.2.250: ")


def test_a_certificate_that_cannot_be_used_or_is_about_to_end(subject: Make, tmp_path: Path) -> None:
    (line,) = lines(subject, certificate="missing.pem")
    assert "missing.pem" in line
    (line,) = lines(subject, certificate_key="key.pem")
    assert line == "problem: page.certificate_key is there without page.certificate"
    early = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=390)
    made_certificate(tmp_path / "own.pem", ("gerald.example",), early)
    (line,) = lines(subject, certificate="own.pem")
    assert line == "note: the certificate of the page ends in 5 days"


@pytest.mark.parametrize("what", ["data", "data/page"])
def test_what_cannot_be_kept_is_a_problem(subject: Make, tmp_path: Path, what: str) -> None:
    (tmp_path / what).parent.mkdir(exist_ok=True)
    (tmp_path / what).write_text("a file is in the way")
    (line,) = lines(subject)
    assert line.endswith(f"{what} is no folder: sessions and passwords cannot be kept")


def test_what_a_running_page_complains_of_is_told(subject: Make) -> None:
    row = {"address": "page", "health": "DOWN", "reason": "it burns", "remedy": "put it out"}
    examined = subject(page={"port": 0}, running=Running(pid=1, status={"actors": (row,)}))
    (found,) = page.judge(page.gather(examined))
    assert (found.seen, found.remedy) == ("it burns", "put it out")


def test_one_that_has_ended_is_a_problem() -> None:
    assert said(page.judge(PageFacts(days=-3))) == ["problem: the certificate of the page has ended"]
