"""Looking with real networks: the embedded one, and an owner's of every kind."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from onnx import TensorProto, helper

from actors.vision.detector import model_file, network
from actors.vision.detector.classes import COCO
from actors.vision.detector.network import Network
from actors.vision.detector.placement import shrunk
from actors.vision.detector.search import Search, open_search
from actors.vision.messages import Detection
from actors.vision.networks.model_file import LARGEST, NetworkBroken
from actors.vision.networks.session import NetworkFails
from config.files import list_path
from config.models import load_models
from config.schema import ComputerVision
from tests.doubles.networks import NAMES, finding_white, giving, looping, model

# A person on the left, at 0.9; a lamp on the right, at 0.5: edges, score and class.
FOUND = np.asarray([[[8.0, 16.0, 24.0, 56.0, 0.9, 0], [40.0, 4.0, 60.0, 20.0, 0.5, 1]]], np.float32)


def in_models(home: Path, data: bytes, name: str = "own.onnx") -> ComputerVision:
    (home / "Models").mkdir(exist_ok=True)
    (home / "Models" / name).write_bytes(data)
    return ComputerVision(detector_model=name)


def look(search: Search | None, picture: np.ndarray) -> tuple[Detection, ...]:
    assert search is not None
    at = search.placement(*picture.shape[:2])
    return search.found(shrunk(picture, at), at)


def test_the_embedded_one_is_the_listed_one() -> None:
    (listed,) = (one for one in load_models(list_path()) if one.slot == "detector")
    assert (listed.name, listed.path, listed.sha256) == (
        model_file.EMBEDDED_NAME,
        model_file.EMBEDDED,
        model_file.SHA256,
    )


def test_the_embedded_one_sees_nobody_in_an_empty_room(tmp_path: Path) -> None:
    search = open_search(ComputerVision(), tmp_path)
    assert look(search, np.full((720, 1280, 3), 128, np.uint8)) == ()
    assert search is not None
    assert search.took > 0.0


def test_the_embedded_one_tells_people_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "actors.vision.detector.search.embedded", lambda: giving({"o": FOUND}, notes={"names": NAMES})
    )
    assert [
        one.kind for one in look(open_search(ComputerVision(), tmp_path), np.zeros((64, 64, 3), np.uint8))
    ] == ["person"]


def test_an_owners_tells_everything_where_it_is(tmp_path: Path) -> None:
    search = open_search(in_models(tmp_path, giving({"o": FOUND}, notes={"names": NAMES})), tmp_path)
    person, lamp = look(search, np.zeros((128, 128, 3), np.uint8))
    assert (person.kind, lamp.kind) == ("person", "lamp")
    assert person.box.left == pytest.approx(0.125)
    assert person.box.height == pytest.approx(0.625)


def test_names_for_people_become_one_and_without_names_they_are_cocos(tmp_path: Path) -> None:
    named = in_models(tmp_path, giving({"o": FOUND}, notes={"names": "['Avatar', 'lamp']"}))
    assert look(open_search(named, tmp_path), np.zeros((64, 64, 3), np.uint8))[0].kind == "person"
    unnamed = in_models(tmp_path, giving({"o": FOUND}))
    assert look(open_search(unnamed, tmp_path), np.zeros((64, 64, 3), np.uint8))[1].kind == COCO[1]


def test_a_picture_becomes_detections_through_a_network_that_looks_at_it(tmp_path: Path) -> None:
    picture = np.full((180, 320, 3), 60, np.uint8)
    cv2.rectangle(picture, (200, 60), (250, 110), (255, 255, 255), -1)
    (found,) = look(open_search(in_models(tmp_path, finding_white()), tmp_path), picture)
    assert found.kind == "person"
    assert found.box.left + found.box.width / 2 == pytest.approx(225 / 320, abs=0.03)
    assert found.box.top + found.box.height / 2 == pytest.approx(85 / 180, abs=0.04)
    assert found.box.width == pytest.approx(40 / 320, abs=0.01)


def test_nothing_is_looked_for_where_it_is_switched_off(tmp_path: Path) -> None:
    assert open_search(ComputerVision(object_detection=False, detector_model="none.onnx"), tmp_path) is None


@pytest.mark.parametrize(
    "given", ["own.onnx", "Models/own.onnx", "{home}/elsewhere/own.onnx", "deep/own.onnx"]
)
def test_a_path_counts_from_models_or_is_whole(tmp_path: Path, given: str) -> None:
    for folder in ("Models", "Models/deep", "elsewhere"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "own.onnx").write_bytes(giving({"o": FOUND}))
    assert open_search(ComputerVision(detector_model=given.format(home=tmp_path)), tmp_path) is not None


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("none.onnx", "there is no .*none.onnx"),
        ("../secret.onnx", "leads out of"),
        ("Models/../../secret.onnx", "leads out of"),
        ("folder", "cannot be read"),
        ("/dev/zero", "it is not a regular file"),
        ("empty.onnx", "is empty"),
        ("a\0b.onnx", "cannot be read"),
        ("~nobody-of-this-name/x.onnx", "no user"),
    ],
)
def test_a_file_that_is_not_there_or_not_allowed_says_why_and_what_to_do(
    tmp_path: Path, given: str, why: str
) -> None:
    (tmp_path / "Models" / "folder").mkdir(parents=True)
    (tmp_path / "Models" / "empty.onnx").touch()
    (tmp_path / "secret.onnx").write_bytes(giving({"o": FOUND}))
    with pytest.raises(NetworkBroken, match=why) as broken:
        open_search(ComputerVision(detector_model=given), tmp_path)
    assert broken.value.remedy


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    vision = in_models(tmp_path, b"x", "large.onnx")
    with (tmp_path / "Models" / "large.onnx").open("r+b") as file:
        file.truncate(LARGEST + 1)  # no such bytes are on the disk
    with pytest.raises(NetworkBroken, match="larger than 512 MB"):
        open_search(vision, tmp_path)


@pytest.mark.parametrize("damage", ["changed", "missing", "empty"])
def test_an_embedded_one_that_is_not_whole_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    place = tmp_path / model_file.EMBEDDED
    data = model_file.embedded()
    if damage != "missing":
        place.write_bytes(b"" if damage == "empty" else data[:-1] + bytes([data[-1] ^ 1]))
    monkeypatch.setattr(model_file, "list_path", lambda: tmp_path / "models.yaml")
    with pytest.raises(NetworkBroken, match=r"centernet\.onnx") as broken:
        open_search(ComputerVision(), tmp_path)
    assert "restore it from git" in broken.value.remedy


# -- files that are no detectors


def other_file(path: str) -> bytes:
    """A network whose weights lie in another file."""
    import onnx

    made = onnx.load_from_string(giving({"o": FOUND}))
    weights = made.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in (("location", path), ("offset", "0"), ("length", str(FOUND.nbytes))):
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    return bytes(made.SerializeToString())


BROKEN = {
    "text": (b"this is no network, whatever its name says", "not an ONNX file"),
    "truncated": (giving({"o": FOUND})[:-40], "not an ONNX file|Invalid|invalid|not whole"),
    "weights in another file": (other_file("weights.bin"), "weights in another file"),
    "weights outside": (other_file("../../secret"), "weights in another file"),
    "weights at a whole path": (other_file("/etc/hostname"), "weights in another file"),
    "a newer opset": (giving({"o": FOUND}, opset=99), "newer opset"),
    "an unknown operation": (model([helper.make_node("Foo", ["images"], ["o"])], ["o"]), "Foo"),
    "two pictures at a time": (giving({"o": FOUND}, shape=(2, 3, 64, 64)), "2 pictures"),
    "a classifier": (giving({"o": np.zeros((1, 1000), np.float32)}), "no detector that is known: o 1x1000"),
    "not a number": (giving({"o": FOUND * np.nan}), "NaN"),
    "text for an answer": (giving({"o": np.asarray([["person"]], object)}), "no numbers"),
    "never ends": (looping(), "more than 0.2 s"),
    "fails when run": (
        model([helper.make_node("Reshape", ["images", "to"], ["o"])], ["o"], {"to": np.asarray([7, 7])}),
        "[Rr]eshape",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_of_no_use_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(network, "TOO_LONG", 0.2)
    data, why = BROKEN[kind]
    with pytest.raises(NetworkBroken, match=why) as broken:
        open_search(in_models(tmp_path, data), tmp_path)
    assert "own.onnx" in str(broken.value)
    assert "\n" not in str(broken.value)
    assert len(str(broken.value)) < 500
    assert broken.value.remedy


def test_a_network_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "TOO_LONG", 0.2)
    begun = time.process_time()
    with pytest.raises(NetworkFails):
        Network(looping())
    assert time.process_time() - begun < 5.0
