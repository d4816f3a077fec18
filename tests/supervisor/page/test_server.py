"""The server's thread: its own end is told, and closing it is no such end."""

import threading
from pathlib import Path

import pytest
import uvicorn

from supervisor.page.gate.connection import Limits
from tests.supervisor.page.attacks.conftest import Served

WITHIN = 30.0


def test_its_own_end_is_told_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def fail(*_: object, **__: object) -> None:
        ended.set()
        raise OSError("the loop broke")

    monkeypatch.setattr(uvicorn.Server, "run", fail)
    served = Served(tmp_path, Limits())
    assert ended.wait(WITHIN)
    served.server._thread.join(WITHIN)
    assert served.ended == ["OSError: the loop broke"]
    served.close()


def test_a_server_that_is_closed_has_not_ended_by_itself(tmp_path: Path) -> None:
    served = Served(tmp_path, Limits())
    assert served.stranger().get("/sign-in").status == 200
    served.close()
    assert served.ended == []
    assert not served.server._thread.is_alive()
