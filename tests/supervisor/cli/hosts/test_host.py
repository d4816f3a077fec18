"""What the commands refuse, before anything listens or is sent."""

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supervisor.cli.main import cli
from supervisor.hosts.identity.identity import agent_folder, home_folder
from tests.doubles.wired import House


def run(home: Path, *arguments: str, code: int = 0, typed: str | None = None) -> Result:
    done = CliRunner().invoke(cli, ["--home", str(home), "host", *arguments], input=typed)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def listening(tmp_path: Path) -> Path:
    """A home that hosts can reach."""
    (tmp_path / "config").mkdir()
    machines = "{gpu-box: {labels: [gpu, fast]}, attic: {}}"
    text = f"hosts: {{listen: '127.0.0.1:7447', machines: {machines}}}\n"
    (tmp_path / "config" / "config.yaml").write_text(text)
    return tmp_path


def test_the_authority_is_made_once(tmp_path: Path) -> None:
    first = run(tmp_path, "init").output
    assert "config set --save hosts.listen 0.0.0.0:7447" in first
    made = json.loads(run(tmp_path, "init", "--json").output)
    assert made["fingerprint"] in first
    assert home_folder(tmp_path / "data").is_dir()


def test_nobody_is_invited_to_where_nobody_could_come(tmp_path: Path) -> None:
    assert "hosts.listen is empty" in run(tmp_path, "invite", "gpu-box", code=1).output
    assert not home_folder(tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["GPU", "home", "a.b", "x" * 33, ""])
def test_a_name_must_be_one_that_a_certificate_can_have(listening: Path, name: str) -> None:
    assert "is no name of a host" in run(listening, "invite", name, code=1).output


def test_addresses_have_no_port(listening: Path) -> None:
    said = run(listening, "invite", "gpu-box", "--address", "192.0.2.7:7448", code=1).output
    assert "is no address; give one without a port" in said
    many = [word for number in range(5) for word in ("--address", f"192.0.2.{number}")]
    assert "at most 4" in run(listening, "invite", "gpu-box", *many, code=1).output


def test_a_port_that_is_taken_is_said(listening: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = run(listening, "invite", "gpu-box", "--port", port, code=1).output
    assert f"port {port} of 127.0.0.1 cannot be listened at" in said
    assert "--port 0" in said


def test_an_invitation_that_nobody_takes_ends(listening: Path) -> None:
    said = run(listening, "invite", "gpu-box", "--port", "0", "--minutes", "0.1", code=1).output
    assert "supervisor host join " in said
    assert "nobody joined in time" in said


def test_who_has_joined_is_not_invited_by_accident(listening: Path) -> None:
    House(listening / "made").invite("gpu-box")
    (listening / "made" / "home").rename(listening / "data")
    assert "--again" in run(listening, "invite", "gpu-box", code=1).output


@pytest.mark.parametrize("code", ["K7Q2", "hello", "0" * 48, "é", "1" * 2000])
def test_a_code_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, code: str) -> None:
    run(tmp_path, "join", code, code=1)
    run(tmp_path, "join", typed=f"{code}\n", code=1)
    assert not (tmp_path / "data").exists()


def test_a_list_says_of_each_what_is_known(listening: Path) -> None:
    house = House(listening / "made")
    house.invite("gpu-box")
    house.invite("cellar")
    house.invite("removed")
    house.registry.revoke("removed")
    (listening / "made" / "home").rename(listening / "data")
    found = {row["name"]: row for row in json.loads(run(listening, "list", "--json").output)["hosts"]}
    assert {name: (row["state"], row["configured"]) for name, row in found.items()} == {
        "attic": ("not joined", True),
        "cellar": ("joined", False),
        "gpu-box": ("joined", True),
        "removed": ("removed", False),
    }
    assert found["gpu-box"]["labels"] == ["gpu", "fast"]
    assert found["gpu-box"]["until"] > found["gpu-box"]["joined"]
    shown = run(listening, "list").output
    for name in found:
        assert name in shown


def test_one_that_is_no_host_is_said(tmp_path: Path) -> None:
    assert "no machine has joined" in run(tmp_path, "list").output
    assert "no host called gpu-box has joined" in run(tmp_path, "remove", "gpu-box", code=1).output


def test_removing_is_asked_for(listening: Path) -> None:
    house = House(listening / "made")
    house.invite("gpu-box")
    (listening / "made" / "home").rename(listening / "data")
    assert "type --yes" in run(listening, "remove", "gpu-box", code=1).output
    assert "is removed" in run(listening, "remove", "gpu-box", "--yes").output
    assert "no host called" in run(listening, "remove", "gpu-box", "--yes", code=1).output


def test_a_damaged_registry_is_said(listening: Path) -> None:
    house = House(listening / "made")
    house.invite("gpu-box")
    (listening / "made" / "home").rename(listening / "data")
    (listening / "data" / "hosts" / "registry.json").write_text("{")
    for arguments in (("list",), ("remove", "gpu-box", "--yes"), ("invite", "gpu-box")):
        assert "registry.json is damaged" in run(listening, *arguments, code=1).output


def test_a_host_whose_files_are_damaged_is_told_what_to_do(tmp_path: Path) -> None:
    folder = agent_folder(tmp_path / "data")
    folder.mkdir(parents=True)
    (folder / "certificate.pem").write_text("x")
    (folder / "key.pem").write_text("x")
    (folder / "key.pem").chmod(0o600)
    said = run(tmp_path, "list", code=1).output
    assert "supervisor host join CODE" in said


@pytest.mark.posix("systemd")
def test_the_unit_of_the_agent_runs_the_agent(tmp_path: Path) -> None:
    said = run(tmp_path, "service", "--user").output
    assert f"--home {tmp_path} host run\n" in said
    assert (
        f"#   supervisor --home {tmp_path} host service --user > ~/.config/systemd/user/gerald-host.service"
        in said
    )
    assert "systemctl --user enable --now gerald-host" in said
    hardened = run(tmp_path, "service").output
    assert "RuntimeDirectory=gerald-host\n" in hardened
    assert "{" not in hardened


def test_what_another_machine_says_is_shown_and_never_obeyed(capfd: pytest.CaptureFixture[str]) -> None:
    from supervisor.cli.hosts.invite import _told
    from supervisor.hosts.enrolment.server import Event

    _told(False)(Event("refused", "192.0.2.7", "\x1b]0;title\x07 and \x1b[2J" + "x" * 5000))
    shown = capfd.readouterr().err
    assert "192.0.2.7 was refused" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert len(shown) < 2000
