"""The list of embedded models, finding their files, and checking their sums."""

import hashlib
import json
import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from config import models
from config.models import ModelDamaged, ModelFile, ModelMissing, load_models, locate, verify
from config.syntax.errors import LoadError

WEIGHTS = b"weights of a small model"
LIST = """\
models:
  - name: Small
    package: small-model
    version: 1.0.0
    module: small_model
    licence: MIT
    source: a test
    files:
      - slot: vad
        path: data/small.onnx
        sha256: {sum}
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A model inside an importable package whose import would fail."""
    package = tmp_path / "site" / "small_model"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "data" / "small.onnx").write_bytes(WEIGHTS)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    return ModelFile("Small", "vad", "small-model", "small_model", "data/small.onnx", digest, "MIT", "1.0.0")


def written(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(text)
    return path


def test_the_list_yields_one_value_for_each_file(tmp_path: Path, model: ModelFile) -> None:
    path = written(tmp_path, LIST.format(sum=model.sha256))
    assert load_models(path) == (replace(model, source="a test"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("slot: vad", "slot: nose", ":9:15: slot: must be one of llm"),
        ("path: data/small.onnx", "path: ../small.onnx", ":10:15: path: must stay inside its folder"),
        ("path: data/small.onnx", "path: /small.onnx", ":10:15: path: must stay inside its folder"),
        ("module: small_model", "modul: small_model", ":2:5: module: a text is needed"),
        ("package: small-model", "packages: small-model", ":2:5: package: a text is needed"),
        ("licence: MIT", "license: MIT", ":2:5: licence: a text is needed"),
        ("version: 1.0.0", "version: 1.0", ":4:14: version: a text is needed"),
        ("sha256: ", "sha256: z", ":11:17: sha256: must be 64 lower-case"),
        ("models:", "model:", ":1:1: models: a list"),
        ("models:", "models: [", ": not valid YAML: "),
    ],
)
def test_a_bad_list_names_file_line_and_key(
    tmp_path: Path, model: ModelFile, old: str, new: str, message: str
) -> None:
    path = written(tmp_path, LIST.format(sum=model.sha256).replace(old, new))
    with pytest.raises(LoadError) as caught:
        load_models(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_a_list_that_is_not_there_or_builds_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"absent\.yaml: there is no such file"):
        load_models(tmp_path / "absent.yaml")
    with pytest.raises(LoadError):
        load_models(written(tmp_path, "models: !!python/object/apply:os.getcwd []"))


def test_a_file_is_found_without_importing_its_module(model: ModelFile) -> None:
    assert locate(model).read_bytes() == WEIGHTS
    assert "small_model" not in sys.modules


def test_what_is_missing_names_the_package_and_the_remedy(model: ModelFile) -> None:
    with pytest.raises(ModelMissing, match="small-model is not installed; run `make setup`"):
        locate(replace(model, module="no_such_module"))
    with pytest.raises(ModelMissing, match=r"other\.onnx is not in .* small-model; .*`make setup`"):
        locate(replace(model, path="data/other.onnx"))


def test_a_damaged_file_is_refused_with_and_without_a_cache(model: ModelFile, tmp_path: Path) -> None:
    cache = tmp_path / "models.json"
    verify(model, cache)
    locate(model).write_bytes(WEIGHTS + b"!")
    for given in (None, cache):
        with pytest.raises(ModelDamaged, match=r"Small: .*sha256"):
            verify(model, given)


def test_a_file_that_was_checked_is_not_read_again(
    model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "data" / "models.json"
    verify(model, cache)
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("computed a sum again"))
    verify(model, cache)
    assert [path.name for path in cache.parent.iterdir()] == ["models.json"]


def test_a_changed_time_or_a_changed_list_has_the_sum_computed_again(
    model: ModelFile, tmp_path: Path
) -> None:
    cache = tmp_path / "models.json"
    verify(model, cache)
    with pytest.raises(ModelDamaged):
        verify(replace(model, sha256="0" * 64), cache)
    before = cache.read_bytes()
    os.utime(locate(model), ns=(1, 1))
    verify(model, cache)
    assert cache.read_bytes() != before


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"x"', "[" * 100_000])
def test_a_cache_that_makes_no_sense_is_replaced(model: ModelFile, tmp_path: Path, content: str) -> None:
    cache = tmp_path / "models.json"
    cache.write_text(content)
    verify(model, cache)
    assert list(json.loads(cache.read_text())) == [str(locate(model))]


def test_a_cache_that_cannot_be_written_does_not_stop_the_start(model: ModelFile, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    verify(model, tmp_path / "file" / "models.json")
    assert (tmp_path / "file").read_text() == ""


def test_every_failure_is_listed_not_only_the_first(model: ModelFile) -> None:
    errors = models.check_all(
        [replace(model, sha256="0" * 64), model, replace(model, module="no_such_module")]
    )
    assert [type(error) for error in errors] == [ModelDamaged, ModelMissing]


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A model that lies beside its list, in no package."""
    (tmp_path / "near.onnx").write_bytes(WEIGHTS)
    lines = LIST.format(sum=hashlib.sha256(WEIGHTS).hexdigest()).replace("data/small", "near").splitlines()
    path = written(
        tmp_path, "\n".join(line for line in lines if "package:" not in line and "module:" not in line)
    )
    monkeypatch.setattr(models, "list_path", lambda: path)
    (listed,) = load_models(path)
    return listed


def test_a_model_without_a_package_is_found_beside_the_list(beside: ModelFile, tmp_path: Path) -> None:
    assert (beside.package, beside.module) == ("", "")
    assert locate(beside) == tmp_path / "near.onnx"
    verify(beside)


def test_what_lies_beside_the_list_and_is_not_whole_is_to_be_restored(beside: ModelFile) -> None:
    locate(beside).write_bytes(WEIGHTS[:-1])
    with pytest.raises(ModelDamaged, match=r"Small: .*near\.onnx has sha256 .*; restore it from git"):
        verify(beside)
    locate(beside).unlink()
    with pytest.raises(ModelMissing, match=r"there is no .*near\.onnx; restore it from git, or install"):
        verify(beside)


def test_what_is_put_together_needs_its_package(tmp_path: Path, beside: ModelFile) -> None:
    path = written(
        tmp_path, (tmp_path / "models.yaml").read_text().replace("version:", "folder: x\n    version:")
    )
    with pytest.raises(LoadError, match="package: a text is needed"):
        load_models(path)


@pytest.mark.models
def test_the_installed_models_are_the_listed_ones_and_fill_every_slot() -> None:
    listed = load_models(models.list_path())
    assert {model.slot for model in listed} == set(models.SLOTS)
    assert models.check_all(listed) == ()
