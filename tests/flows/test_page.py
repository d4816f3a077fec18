"""The page of a whole instance on a network: not served without a password, and then encrypted."""

import re
import ssl
import threading
import time
import urllib.request
from pathlib import Path

from supervisor.page.gate.passwords import Passwords
from tests.flows.conftest import Command, forked_instance, ports

WITHIN = 30.0


def test_a_page_on_a_network_waits_for_a_password(home: Path, supervisor: Command) -> None:
    settings = (*ports(), "llm.mock_responses=true", "page.enabled=true", "page.port=0", "page.host=0.0.0.0")
    with forked_instance(home, settings, {}, "--text"):
        said = supervisor("page", code=1)
        assert "there is no password" in said
        assert "supervisor page password" in said
        Passwords(home / "data").set("correct horse battery", may_act=True)
        supervisor("restart", "page")
        served = supervisor.json_of("page")
        assert served["url"].startswith("https://")
        assert len(served["certificate"].split(":")) == 32
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(served["url"] + "sign-in", timeout=WITHIN, context=context) as answer:
            assert 'type="password"' in answer.read().decode()


def test_a_run_that_is_to_open_the_page_does_so_when_everything_is_ready(home: Path) -> None:
    settings = (*ports(), "llm.mock_responses=true", "page.enabled=true", "page.port=0")
    look = threading.Event()
    with forked_instance(home, settings, {}, "--text", "--open") as instance:
        until = time.monotonic() + WITHIN
        while not (said := re.search(r"http://127\.0\.0\.1:\d+/enter\?link=\S+", instance.printed())):
            assert time.monotonic() < until, instance.printed()
            look.wait(0.1)
        with urllib.request.urlopen(said[0], timeout=WITHIN) as answer:
            assert answer.status == 200
