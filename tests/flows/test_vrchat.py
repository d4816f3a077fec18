"""A whole instance signs in to the mock of VRChat's web interface; nothing secret is left anywhere."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from supervisor.demo.instance import DemoInstance
from tests.doubles.web_interface.server import WebInterface
from tests.doubles.web_interface.service import EMAIL_CODE, NAME, PASSWORD, Service
from tests.flows.conftest import Command, ports

pytestmark = pytest.mark.slow
SECRETS = (PASSWORD, "unlike-any-other", "authcookie_", "second.factor.", EMAIL_CODE, "authToken")


def login(home: Path, typed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "supervisor", "--home", str(home), "vrchat", "login"]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60)


def settings(interface: WebInterface) -> tuple[str, ...]:
    return (
        *ports(),
        "llm.mock_responses=true",
        "trace.compression=none",
        "vrchat.api_enabled=true",
        f"vrchat.username={NAME}",
        "vrchat.contact=owner@example.org",
        "vrchat.auto_friend_accept=true",
        f"vrchat.api_url={interface.api_url}",
        f"vrchat.pipeline_url={interface.pipeline_url}",
    )


def command_lines() -> str:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        found.append(" ".join(process.info["cmdline"] or ()))
    return "\n".join(found)


def test_the_account_from_login_to_logout(home: Path, supervisor: Command) -> None:
    (home / ".env").write_text(f"GERALD_VRCHAT__PASSWORD='{PASSWORD}'\n")
    said: list[str] = []
    with WebInterface(Service("emailOtp", per_minute=1000)) as interface:
        interface.service.friends["usr_00000007"] = ("Anna", "private")
        with DemoInstance(home, settings(interface), {}, "--text"):
            interface.wait(lambda service: service.logins == 1)
            done = login(home, "")
            said += [done.stdout, done.stderr]
            assert done.returncode == 1
            assert "VRChat asks for a code (sent by e-mail)" in done.stderr
            done = login(home, f"{EMAIL_CODE}\n")
            said += [done.stdout, done.stderr]
            assert done.stdout.startswith("signed in as Gerald (usr_"), done.stderr
            interface.wait(lambda service: service.listeners)
            interface.do(lambda service: service.befriend(1, time.time()))
            interface.wait(lambda service: service.accepted)
            assert supervisor.json_of("vrchat", "whoami")["phase"] == "in"
            assert "Anna" in supervisor("vrchat", "friends")
            assert supervisor("vrchat", "invite", "anna") == "Anna is invited\n"
            assert "no friend is called Ben" in supervisor("vrchat", "invite", "Ben", code=1)
            supervisor("vrchat", "status", "hello there")
            assert interface.service.text == "hello there"
            requests = supervisor.json_of("vrchat", "requests")
            assert [one["verdict"] for one in requests["verdicts"]] == ["accepted"]
            assert "Person 1" in supervisor("users", "list")
            said += [command_lines(), str(supervisor.json("status"))]
        with DemoInstance(home, settings(interface), {}, "--text"):
            interface.wait(lambda service: service.listeners)
            assert supervisor("vrchat", "logout") == "signed out\n"
            assert interface.service.sessions == {}
            assert "out: signed out; type `supervisor vrchat login`" in supervisor("vrchat", "whoami")
        assert interface.service.logins == 1
    (home / ".env").unlink()
    left = {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()}
    assert any(name.endswith(".mcap") for name in left), "the trace is looked at too"
    for secret in SECRETS:
        assert not [text for text in said if secret in text], secret
        assert not [name for name, data in left.items() if secret.encode() in data], secret


def test_it_is_off_and_says_so(home: Path, supervisor: Command) -> None:
    with DemoInstance(home, (*ports(), "llm.mock_responses=true"), {}, "--text"):
        assert "vrchat is off: vrchat.api_enabled is false" in supervisor("vrchat", "whoami", code=1)
    assert not (home / "data" / "vrchat.session").exists()
    assert not (home / "data" / "seal.json").exists()
