"""An instance and the commands that speak to it."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from supervisor.demo.instance import DemoInstance
from supervisor.demo.peer import Peer
from tests.flows.conftest import Command, forked_instance, ports


def test_status_shows_the_tree_with_pids_states_and_health(mocked: DemoInstance, supervisor: Command) -> None:
    status = supervisor.json("status")
    assert isinstance(status, dict)
    assert status["ready"]
    actors = {actor["address"]: actor for actor in status["actors"]}
    assert actors["conversation"]["state"] == "running"
    assert actors["conversation"]["health"] == "OK"
    assert actors["conversation"]["supervisor"] == "state"
    assert actors["audio.speaker"]["state"] == "disabled"
    assert actors["llm.local"]["pid"] != status["pid"]
    assert status["resources"]["errors"] == 0
    assert status["resources"]["last_death"] is None
    text = supervisor("status")
    assert "READY" in text
    assert "conversation" in text


def test_talk_streams_a_reply_and_the_person_is_remembered(mocked: DemoInstance, supervisor: Command) -> None:
    parts = [
        json.loads(line) for line in supervisor("talk", "Hello there!", "--as", "Mio", "--json").splitlines()
    ]
    assert parts[0]["event"] == "turn"
    assert [part["event"] for part in parts[1:-1]] == ["sentence"] * (len(parts) - 2)
    assert parts[-1]["outcome"] == "said"
    assert supervisor("talk", "And again").strip()
    users = supervisor.json("state", "show", "users")
    assert isinstance(users, dict)
    mio = users["state"]["users"]["name:mio"]
    assert mio["display_name"] == "Mio"
    assert len(mio["interaction_history"]) == 1
    assert len(users["state"]["users"]) == 1


def test_it_says_what_its_owner_writes_unless_that_is_never_said_and_is_silent_when_told_to(
    mocked: DemoInstance, supervisor: Command
) -> None:
    parts = [json.loads(line) for line in supervisor("say", "Dear guests. We close.", "--json").splitlines()]
    assert [part["event"] for part in parts] == ["turn", "sentence", "sentence", "end"]
    assert (parts[-1]["outcome"], parts[-1]["text"]) == ("said", "Dear guests. We close.")
    mocked.call({"do": "config-set", "key": "safety.words", "value": '["close"]', "save": False})
    assert "never said" in supervisor("say", "We close.", code=1)
    assert supervisor("hush") == "it was not talking\n"


def test_somebody_is_found_and_forgotten_on_request(mocked: DemoInstance, supervisor: Command) -> None:
    supervisor("talk", "I like the blue door.", "--as", "Mio")
    supervisor("talk", "Hello there!", "--as", "Ren")
    found = supervisor("ask", "users", "FindPerson", '{"name_or_id": "mio"}')
    assert json.loads(found)["message"]["people"][0]["preferences"] == {"blue door": "likes"}
    forgotten = json.loads(supervisor("ask", "users", "ForgetPerson", '{"name_or_id": "Mio"}'))
    assert forgotten["type"] == "Forgotten"
    assert forgotten["message"]["people"] == [{"user_id": "name:mio", "name": "Mio"}]
    assert list(supervisor.json_of("state", "show", "users")["state"]["users"]) == ["name:ren"]
    conversation = json.dumps(supervisor.json_of("state", "show", "conversation"))
    assert "blue door" not in conversation
    assert "Hello there!" in conversation
    again = json.loads(supervisor("ask", "users", "ForgetPerson", '{"name_or_id": "Mio"}'))
    assert again["type"] == "NotForgotten"


def test_a_way_is_asked_for_from_outside(mocked: DemoInstance, supervisor: Command) -> None:
    for x in (0.5, 2.5):
        place = json.dumps({"position": {"x": x, "y": 1.6, "z": 0.5}, "at": 1.0})
        supervisor("ask", "world", "Ping")  # the newest position supersedes one that still waits
        supervisor("tell", "world", "BodyAt", place)
    supervisor("ask", "world", "Ping")
    way = json.loads(supervisor("ask", "world", "FindWay", '{"start": "0,0,0", "end": ""}'))
    points = [{"x": 0.5, "y": 1.6, "z": 0.5}, {"x": 2.5, "y": 1.6, "z": 0.5}]
    assert way == {"type": "Way", "message": {"places": ["0,0,0", "1,0,0"], "cost": 2.0, "points": points}}


def test_any_message_can_be_told_and_asked_and_a_wrong_one_is_refused_with_its_fields(
    mocked: DemoInstance, supervisor: Command
) -> None:
    assert json.loads(supervisor("ask", "users", "Ping")) == {
        "type": "Pong",
        "message": {"address": "users", "incarnation": 1},
    }
    assert supervisor("tell", "osc.sender", "Typing", '{"on": true}').startswith("outside/0/")
    assert "its fields are on" in supervisor("tell", "osc.sender", "Typing", '{"onn": true}', code=1)
    assert "no message type" in supervisor("tell", "osc.sender", "Nonsense", code=1)
    assert "no actor has the address" in supervisor("tell", "nowhere", "Ping", code=1)
    assert "surrogates" in supervisor("tell", "conversation", "TextReceived", '{"text": "\\ud800"}', code=1)
    assert "not JSON" in supervisor("tell", "osc.sender", "Typing", "{", code=2)


def test_a_second_instance_is_refused_with_the_pid_of_the_first(
    mocked: DemoInstance, supervisor: Command
) -> None:
    status = supervisor.json("status")
    assert isinstance(status, dict)
    assert f"as process {status['pid']}" in supervisor("run", "--text", code=4)


def test_without_an_instance_every_command_says_so_and_exits_with_3(supervisor: Command) -> None:
    for command in (
        ("status",),
        ("talk", "hi"),
        ("ask", "users", "Ping"),
        ("state", "show", "users"),
        ("stop",),
    ):
        assert "no Gerald runs in" in supervisor(*command, code=3)


def test_a_key_that_is_not_the_instances_is_turned_away(
    mocked: DemoInstance, supervisor: Command, home: Path
) -> None:
    file = home / "data" / "instance.json"
    assert file.stat().st_mode & 0o777 == 0o600
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "key": "00" * 32}))
    assert "does not answer" in supervisor("status", code=1)
    file.write_text(json.dumps(told))
    assert "READY" in supervisor("status")


@pytest.mark.posix("sockets of POSIX")
def test_a_client_that_falls_silent_or_talks_nonsense_does_not_hold_up_others(
    mocked: DemoInstance, supervisor: Command, home: Path
) -> None:
    address = json.loads((home / "data" / "instance.json").read_text())["address"]
    silent = []
    for _ in range(8):
        client = socket.socket(socket.AF_UNIX)
        client.connect(address)
        silent.append(client)
    silent[0].sendall(os.urandom(4096))
    assert "READY" in supervisor("status")
    for client in silent:
        client.close()


def test_what_was_said_survives_a_stop_and_a_new_start(home: Path, supervisor: Command) -> None:
    settings = (*ports(), "llm.mock_responses=true")
    with forked_instance(home, settings, {}, "--text"):
        supervisor("talk", "Remember the blue door.", "--as", "Mio")
        assert supervisor("stop").strip().endswith("), state saved")
    with forked_instance(home, settings, {}, "--text") as again:
        state = again.call({"do": "state", "domain": "conversation"})
        users = again.call({"do": "state", "domain": "users"})
    assert "Remember the blue door." in [utterance["text"] for utterance in state["state"]["messages"]]
    assert "name:mio" in users["state"]["users"]
    assert state["version"]["epoch"] == 2


@pytest.mark.posix("signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_in_order_and_leaves_nothing_behind(home: Path, number: int) -> None:
    with Peer() as peer:
        settings = (ports()[0], f"osc.output_port={peer.port}", "llm.mock_responses=true")
        instance = DemoInstance(home, settings, {}, "--text")
        with instance:
            status = instance.call({"do": "status"})
            family = [psutil.Process(status["pid"]), *psutil.Process(status["pid"]).children(recursive=True)]
            instance.call({"do": "tell", "address": "osc.sender", "type": "Typing", "message": {"on": True}})
            forward = {"name": "Vertical", "value": 1.0, "seconds": 30.0}
            instance.call({"do": "tell", "address": "osc.sender", "type": "SetInput", "message": forward})
            family[0].send_signal(number)
            _, alive = psutil.wait_procs(family, timeout=5.0)
            assert alive == []
        assert instance.exit_code == 0
        assert not peer.typing
        assert peer.inputs.get("/input/Vertical", 0.0) == 0.0
    assert not (home / "data" / "instance.json").exists()
    assert "stopped in order" in instance.printed()
    assert "stopped in order after" in (home / "data" / "logs" / "bot.log").read_text()


@pytest.mark.posix("signals of POSIX")
def test_children_go_when_the_root_is_killed(home: Path) -> None:
    with DemoInstance(home, (*ports(), "llm.mock_responses=true"), {}, "--text") as instance:
        root = psutil.Process(instance.call({"do": "status"})["pid"])
        children = root.children(recursive=True)
        assert children
        root.kill()
        _, alive = psutil.wait_procs(children, timeout=10.0)
        assert alive == []


def test_a_bad_section_falls_back_with_a_banner_and_strict_refuses(home: Path, supervisor: Command) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.yaml").write_text("llm:\n  temprature: 0.5\nosc:\n  input_port: many\n")
    checked = supervisor("config", "check", code=1)
    assert "config.yaml:2:3: llm.temprature" in checked
    assert "Did you mean 'temperature'?" in checked
    assert "config.yaml:4:15: osc.input_port" in checked
    assert "nothing was started" in supervisor("run", "--text", "--strict", code=2)
    with forked_instance(home, ("llm.mock_responses=true",), {}, "--text") as instance:
        assert "[osc] has an error: its defaults are used." in (home / "run.out").read_text()
        assert instance.call({"do": "status"})["ready"]


def test_an_unreadable_configuration_is_exit_2_at_check_and_at_run(home: Path, supervisor: Command) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.yaml").write_text("llm: [unclosed\n")
    assert "config.yaml:" in supervisor("config", "check", code=2)
    assert "cannot be read" in supervisor("run", "--text", code=2)


def test_help_is_there_for_every_command(supervisor: Command) -> None:
    assert "Exit status" in supervisor("--help")
    for command in "run status talk tell ask state stop trace config demo".split():
        assert "Usage: supervisor" in supervisor(command, "--help")


def test_the_second_ctrl_c_ends_the_process_at_once(home: Path) -> None:
    with DemoInstance(home, (*ports(), "llm.mock_responses=true"), {}, "--text") as instance:
        pid = instance.call({"do": "status"})["pid"]
        process = psutil.Process(pid)
        process.suspend()
        os.kill(pid, signal.SIGINT)
        process.resume()
        os.kill(pid, signal.SIGINT)
        gone, _ = psutil.wait_procs([process], timeout=5.0)
        assert gone


def test_output_can_be_piped_away(mocked: DemoInstance, home: Path) -> None:
    command = f"{sys.executable} -m supervisor --home {home} status --json | head -c 10"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30)
    assert "Traceback" not in done.stderr


@pytest.mark.posix("signals of POSIX")
def test_a_frozen_instance_is_said_to_be_within_seconds(mocked: DemoInstance, supervisor: Command) -> None:
    root = psutil.Process(mocked.call({"do": "status"})["pid"])
    root.suspend()
    try:
        said = supervisor("status", code=1, within=30.0)
        assert "does not answer: it is suspended" in said
        assert f"kill -CONT {root.pid}" in said
    finally:
        root.resume()


def test_no_valid_message_ends_an_instance(mocked: DemoInstance, supervisor: Command) -> None:
    """A domain may tell its changes to an actor that has no use for them: that is a dead letter, and no death."""
    supervisor("ask", "system", "Subscribe", '{"address": "conversation"}')
    assert supervisor("talk", "Hello").strip()
    letters = supervisor.json("dead-letters")
    assert "unhandled" in str(letters)
    rows = supervisor.json_of("status")["actors"]
    assert not any(row["restarts"] for row in rows), rows


def test_what_an_actor_does_not_handle_is_refused_with_what_it_does(
    mocked: DemoInstance, supervisor: Command
) -> None:
    for command in ("tell", "ask"):
        refusal = supervisor(command, "avatar", "TextReceived", '{"text": "Hello"}', code=1)
        assert "avatar does not handle TextReceived; it handles " in refusal
        assert "GestureRequested" in refusal
    assert "SetParameter" in supervisor(
        "tell", "osc.sender", "Pong", '{"address": "x", "incarnation": 1}', code=1
    )
    assert "Pong" in supervisor("ask", "avatar", "Ping")


def test_an_actor_says_how_much_it_handled_how_fast_and_why_it_ended(
    mocked: DemoInstance, supervisor: Command
) -> None:
    assert supervisor("talk", "Hello").strip()
    supervisor("kill", "world")
    rows = {row["address"]: row for row in supervisor.json_of("status")["actors"]}
    conversation = rows["conversation"]
    assert conversation["handled"] > 0
    assert 0.0 < conversation["p50"] <= conversation["p95"]
    pinned = next(row for row in rows.values() if row["pin"] == "process" and row["state"] == "running")
    assert pinned["memory"] > 0
    ended = supervisor.json("endings", "world")["endings"]
    assert [(one["address"], one["kind"]) for one in ended] == [("world", "Killed")]
    assert "world 1  Killed: " in supervisor("endings")


def test_the_log_and_the_turns_can_be_read_in_a_terminal(mocked: DemoInstance, supervisor: Command) -> None:
    supervisor("talk", "What is this?", "--as", "Zoe")
    listed = (supervisor.json("trace", "turns")["turns"][-1] for _ in range(50))
    newest = next(one for one in listed if one["outcome"])  # its end is written a moment later
    assert (newest["person"], newest["said"], newest["outcome"]) == ("Zoe", "What is this?", "said")
    assert "Zoe: What is this?" in supervisor("trace", "turns")
    explained = supervisor("trace", "turn", str(newest["turn"]))
    assert "told (question, user):\n  Zoe: What is this?" in explained
    supervisor("kill", "world")
    found = supervisor.json("log", "--level", "warning", "--words", "WORLD: KILLED", "--count", "1")
    assert [line["level"] for line in found["lines"]] == ["WARNING"]
    assert "world: killed" in supervisor("log", "--words", "world: killed")
