"""Models that come on request are put together out of the parts that packages carry, and only if the sum is right."""

import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from config import extras, files, models
from config.extras import assemble
from config.models import ModelDamaged, ModelFile, ModelMissing

PARTS = (b"first half, ", b"second half")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A model in two packages, and a place for it."""
    for number, part in enumerate(PARTS, 1):
        package = tmp_path / "site" / f"part_{number}" / "data"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").write_text("raise RuntimeError('imported')")
        (package / f"model.bin.{number}").write_bytes(part)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    for module in (files, models, extras):
        monkeypatch.setattr(module, "list_path", lambda: tmp_path / "Models" / "models.yaml")
    digest = hashlib.sha256(b"".join(PARTS)).hexdigest()
    parts = ("part_1/data/model.bin.1", "part_2/data/model.bin.2")
    return ModelFile(
        "Big", "stt_languages", "part-1", "part_1", "model.bin", digest, "MIT", "1.0.0", "", "languages", "big", parts
    )  # fmt: skip


def test_the_parts_are_joined_in_order(model: ModelFile) -> None:
    assemble(model)
    assert model.assembled.read_bytes() == b"first half, second half"
    assert models.locate(model) == model.assembled


def test_what_is_there_and_whole_is_left_alone(model: ModelFile) -> None:
    assemble(model)
    before = model.assembled.stat().st_ino
    assemble(model)
    assert model.assembled.stat().st_ino == before


def test_a_damaged_file_is_made_anew(model: ModelFile) -> None:
    assemble(model)
    model.assembled.write_bytes(b"torn")
    assemble(model)
    models.verify(model)


def test_parts_with_another_sum_are_refused_and_nothing_is_written(model: ModelFile) -> None:
    with pytest.raises(ModelDamaged, match=r"the parts of model\.bin have sha256"):
        assemble(replace(model, sha256="0" * 64))
    assert not model.assembled.exists()


def test_a_part_that_is_missing_is_named_with_the_remedy(model: ModelFile) -> None:
    with pytest.raises(ModelMissing, match=r"part_9/x is not installed; run `make setup EXTRAS=languages`"):
        assemble(replace(model, parts=("part_9/x",)))


def test_a_fetched_file_stands_for_a_part(model: ModelFile, tmp_path: Path) -> None:
    archive = tmp_path / "voices.tgz"
    archive.write_bytes(b"voices")
    fetched = replace(model, parts=("npm/voices.tgz",), sha256=hashlib.sha256(b"voices").hexdigest())
    assemble(fetched, (archive,))
    assert fetched.assembled.read_bytes() == b"voices"


def test_only_what_was_not_asked_for_may_be_missing(model: ModelFile) -> None:
    assert models.check_all([model]) == ()
    assemble(model)
    model.assembled.write_bytes(b"torn")
    (error,) = models.check_all([model])
    assert "remove it and run `make setup EXTRAS=languages`" in str(error)


def test_an_extra_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert extras.main(["langauges"]) == 1
    assert "there is no extra langauges; known are kokoro, languages" in capsys.readouterr().err
