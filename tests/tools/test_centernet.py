"""The converter of the embedded detector: a small graph of every kind of operation gives what TensorFlow would."""

import base64
from typing import Any

import numpy as np
import onnxruntime

from actors.vision.detector.model_file import EMBEDDED
from config.files import list_path
from tests.tools.loading import tool

SIDE = 8
centernet = tool("centernet")


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def node(op: str, name: str, inputs: list[str], **attributes: Any) -> dict[str, Any]:
    return {"op": op, "name": name, "input": inputs, "attr": attributes}


def convolution(
    op: str, name: str, inputs: list[str], stride: int, padding: str, *fused: str
) -> dict[str, Any]:
    strides = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
    named = {"list": {"s": [text(part)["s"] for part in fused]}}
    return node(op, name, inputs, strides=strides, padding=text(padding), fused_ops=named)


class Made:
    """A graph and its weights, which float16 holds exactly."""

    def __init__(self) -> None:
        source = np.random.default_rng(3)

        def weights(*shape: int) -> np.ndarray:
            return np.asarray(source.integers(-4, 5, shape) / 4.0, np.float32)

        self.weights = {
            "w": weights(3, 3, 3, 80),
            "b": weights(80),
            "d": weights(3, 3, 3, 1),
            "p": weights(1, 1, 6, 4),
            "two": np.float32(2.0),
            "axes": np.asarray([1, 2], np.int32),
            "axis": np.int32(3),
            "size": np.asarray([SIDE, SIDE], np.int32),
        }
        self.nodes = [
            node("Placeholder", centernet.IMAGE, []),
            *(node("Const", name, []) for name in self.weights),
            convolution("_FusedConv2D", "c", [centernet.IMAGE, "w", "b"], 2, "SAME", "BiasAdd", "Relu"),
            node("ResizeBilinear", "r", ["c", "size"]),
            node("Sigmoid", "s", ["r"]),
            node("Identity", centernet.HEAT, ["s"]),
            convolution("DepthwiseConv2dNative", "e", [centernet.IMAGE, "d"], 1, "SAME"),
            node("Relu6", "six", ["e"]),
            node("Mean", "m", ["e", "axes"], keep_dims={"b": True}),
            node("Mul", "t", ["six", "two"]),
            node("Add", "a", ["t", "m"]),
            node("ConcatV2", "j", ["a", "six", "axis"]),
            convolution("Conv2D", "k", ["j", "p"], 1, "VALID"),
            node("Identity", centernet.SIZES, ["k"]),
        ]

    def converted(self) -> onnxruntime.InferenceSession:
        manifest, data = [], b""
        for name, value in self.weights.items():
            whole = value.dtype.kind == "i"
            stored = value.astype("<i4" if whole else "<f2")
            kind = {"dtype": "int32"} if whole else {"dtype": "float32", "quantization": {"dtype": "float16"}}
            manifest.append({"name": name, "shape": list(value.shape), **kind})
            data += stored.tobytes()
        topology = {
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"weights": manifest}],
            "generatedBy": "a test",
        }
        return onnxruntime.InferenceSession(centernet.convert(topology, data).SerializeToString())


def windows(picture: np.ndarray, stride: int, before: int, after: int) -> np.ndarray:
    """Every 3x3 part, as TensorFlow pads: shape (rows, columns, 3, 3, channels)."""
    padded = np.pad(picture, ((before, after), (before, after), (0, 0)))
    parts = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
    return parts.transpose(0, 1, 3, 4, 2)[::stride, ::stride]


def twice(maps: np.ndarray) -> np.ndarray:
    """Twice as many rows and columns, without half-pixel centres."""
    for axis in (0, 1):
        following = np.take(maps, [*range(1, maps.shape[axis]), -1], axis)
        pairs = np.stack((maps, (maps + following) / 2.0), axis + 1)
        maps = pairs.reshape(*(2 * n if place == axis else n for place, n in enumerate(maps.shape)))
    return maps


def test_every_operation_gives_what_tensorflow_would() -> None:
    made = Made()
    picture = np.random.default_rng(4).integers(0, 4, (SIDE, SIDE, 3), np.uint8)
    heat, sizes = made.converted().run(None, {"images": picture[None]})
    w, given = made.weights, picture.astype(np.float32)
    convolved = np.einsum("yxabc,abco->yxo", windows(given, 2, 0, 1), w["w"]) + w["b"]
    expected = 1.0 / (1.0 + np.exp(-twice(np.maximum(convolved, 0.0))))
    assert np.abs(heat[0].transpose(1, 2, 0) - expected).max() < 1e-5
    single = np.einsum("yxabc,abc->yxc", windows(given, 1, 1, 1), w["d"][..., 0])
    six = np.clip(single, 0.0, 6.0)
    joined = np.concatenate((six * 2.0 + single.mean(axis=(0, 1)), six), axis=2)
    assert np.abs(sizes[0].transpose(1, 2, 0) - joined @ w["p"][0, 0]).max() < 1e-4


def test_the_kept_file_says_what_it_is() -> None:
    session = onnxruntime.InferenceSession(list_path().parent / EMBEDDED)
    notes = session.get_modelmeta().custom_metadata_map
    assert notes["imgsz"] == "[512, 512]"
    assert "vladmandic/human" in notes["converted from"]
    assert [(one.name, one.type, one.shape) for one in session.get_inputs()] == [
        ("images", "tensor(uint8)", [1, "height", "width", 3])
    ]
