"""What keeps a machine from working for another: said with what to do, and nothing else."""

from pathlib import Path

import msgspec

from supervisor.hosts.build import Build, build_of, code_version, lacking, mismatches, model_sums

HOME = Build(gerald="0.1.0", code="a" * 32, wire=1, models={"llm/a.gguf": "1" * 64, "stt/b": "2" * 64})
changed = msgspec.structs.replace


def test_this_machine_matches_itself(tmp_path: Path) -> None:
    build = build_of(tmp_path)
    assert (tmp_path / "models.verified.json").exists()
    assert build.damaged == ()
    assert mismatches(build, build) == ()
    assert build.code == code_version()
    assert len(build.code) == 32
    assert build.models == model_sums()


def test_other_code_is_said_with_both_versions() -> None:
    (found,) = mismatches(HOME, changed(HOME, gerald="0.2.0", code="b" * 32))
    assert "0.2.0 (bbbbbbbb) here, 0.1.0 (aaaaaaaa) at the home" in found.what
    assert "same version of Gerald" in found.remedy


def test_another_wire_says_whose_is_newer_and_nothing_else() -> None:
    (found,) = mismatches(HOME, changed(HOME, wire=2, code="b" * 32))
    assert found.what.startswith("this host speaks a newer wire")
    (found,) = mismatches(changed(HOME, wire=2), HOME)
    assert found.what.startswith("the home speaks a newer wire")


def test_another_list_of_models_names_them() -> None:
    (found,) = mismatches(HOME, changed(HOME, models={"llm/a.gguf": "9" * 64}))
    assert "llm/a.gguf, stt/b" in found.what


def test_a_damaged_model_keeps_its_own_remedy() -> None:
    (found,) = mismatches(
        HOME, changed(HOME, damaged=("SmolLM2: x has sha256 1; remove .venv and run `make setup`",))
    )
    assert found.what == "SmolLM2: x has sha256 1"
    assert found.remedy == "remove .venv and run `make setup`"


def test_what_comes_on_request_may_be_absent() -> None:
    host = changed(HOME, absent=("kokoro/k.onnx",))
    assert mismatches(HOME, host) == ()
    assert lacking(HOME, host) == ("kokoro/k.onnx",)
    assert lacking(host, host) == ()
