"""Embedded models that are missing or damaged, in a copy, and files of the owner's own."""

import hashlib
import sys
from pathlib import Path

import pytest

from config.home import Home
from supervisor.doctor.home.models import gather, judge
from supervisor.doctor.subject import Subject
from tests.supervisor.doctor.conftest import Make, said

LISTED = """\
models:
  - {{name: Tiny, package: tiny-package, version: "1", module: tiny_model, licence: MIT, source: "https://example.org",
     files: [{{slot: stt, path: model.bin, sha256: "{sum}"}}]}}
"""
DATA = b"weights"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subject: Make) -> Subject:
    """A list of models with one file, which lies in a package of its own."""
    package = tmp_path / "packages" / "tiny_model"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model.bin").write_bytes(DATA)
    monkeypatch.syspath_prepend(str(package.parent))
    listed = tmp_path / "models.yaml"
    listed.write_text(LISTED.format(sum=hashlib.sha256(DATA).hexdigest()))
    return subject(models=listed, home=Home(tmp_path))


def test_a_file_that_is_there_with_its_sum_is_well_and_the_home_is_left_alone(
    copy: Subject, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert said(judge(gather(copy))) == [
        "ok: 1 file of the embedded models have the right sums, as far as installed"
    ]
    assert [path for path in sorted(tmp_path.rglob("*")) if "__pycache__" not in str(path)] == before


def test_a_file_that_is_missing_is_a_problem(copy: Subject, tmp_path: Path) -> None:
    (tmp_path / "packages" / "tiny_model" / "model.bin").unlink()
    (found,) = judge(gather(copy))
    assert found.severity == "problem"
    assert "model.bin is not in the installed package" in found.seen
    assert "make setup" in found.remedy


def test_a_file_that_was_changed_is_a_problem(copy: Subject, tmp_path: Path) -> None:
    (tmp_path / "packages" / "tiny_model" / "model.bin").write_bytes(b"wreckage")
    (found,) = judge(gather(copy))
    assert found.severity == "problem"
    assert "has sha256" in found.seen


def test_a_package_that_is_not_installed_is_a_problem(copy: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [one for one in sys.path if "packages" not in one])
    sys.path_importer_cache.clear()
    assert "is not installed" in judge(gather(copy))[0].seen


def test_the_owner_s_own_file_that_is_missing_is_named_with_its_key(
    subject: Make, copy: Subject, tmp_path: Path
) -> None:
    (tmp_path / "own.onnx").touch()
    whole = subject(
        models=copy.models, audio={"voice_model": "own.onnx"}, speech={"voices": {"de": "Models/de.onnx"}}
    )
    (found,) = judge(gather(whole))
    assert found.seen == f"there is no {tmp_path / 'Models/de.onnx'}, which speech.voices.de names"


@pytest.mark.parametrize("given", ["net.onnx", "Models/net.onnx", "{home}/Models/net.onnx"])
def test_a_detector_that_is_missing_is_looked_for_in_models(
    subject: Make, copy: Subject, tmp_path: Path, given: str
) -> None:
    whole = subject(models=copy.models, computer_vision={"detector_model": given.format(home=tmp_path)})
    (found,) = judge(gather(whole))
    assert (
        found.seen
        == f"there is no {tmp_path / 'Models/net.onnx'}, which computer_vision.detector_model names"
    )
