"""`supervisor doctor` beside a running instance, and beside one that is suspended."""

from pathlib import Path

import psutil

from config.home import Home
from supervisor.demo.instance import DemoInstance
from supervisor.doctor.people import masker_of
from supervisor.doctor.running import look
from supervisor.doctor.subject import Subject
from tests.flows.conftest import Command

SETTINGS = ("--set", "osc.query=off", "--set", "audio.input_device=none", "--set", "audio.output_device=none")


def test_the_running_instance_says_what_it_hears_and_whom_it_knows(
    mocked: DemoInstance, supervisor: Command, home: Path
) -> None:
    assert supervisor("talk", "Hello", "--as", "Kunigunde").strip()
    seen = {
        one["check"]: one["seen"] for one in reversed(supervisor.json_of("doctor", *SETTINGS)["findings"])
    }
    assert seen["instance"].startswith("READY, process ")
    assert seen["osc"].startswith("Gerald listens on UDP port ")
    running = look(home)
    assert "Kunigunde" in running.people
    masker = masker_of(Subject(Home(home), running=running))
    assert masker.text("Kunigunde is not known") == "******** is not known"

    psutil.Process(running.pid).suspend()
    try:
        found = supervisor.json_of("doctor", *SETTINGS, code=1)["findings"]
    finally:
        psutil.Process(running.pid).resume()
    said = [one for one in found if one["check"] == "instance"]
    assert [one["severity"] for one in said] == ["problem"]
    assert "it is suspended" in said[0]["seen"]
