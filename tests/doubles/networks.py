"""Small networks of every family, as real ONNX files."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT
NAMES = "{0: 'person', 1: 'lamp', 2: 'chair'}"


def model(
    nodes: Sequence[onnx.NodeProto],
    outputs: Sequence[str],
    constants: Mapping[str, Any] | None = None,
    *,
    shape: Sequence[int | str] = (1, 3, 64, 64),
    kind: int = FLOAT,
    notes: Mapping[str, str] | None = None,
    opset: int = 17,
    more_inputs: Sequence[onnx.ValueInfoProto] = (),
) -> bytes:
    """A file with one input `images` of this shape."""
    graph = helper.make_graph(
        list(nodes),
        "small",
        [helper.make_tensor_value_info("images", kind, list(shape)), *more_inputs],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (constants or {}).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    helper.set_model_props(made, dict(notes or {}))
    return bytes(made.SerializeToString())


def giving(outputs: Mapping[str, Any], **settings: Any) -> bytes:
    """A network that gives the same for every picture."""
    nodes = [helper.make_node("Identity", [f"{name}/kept"], [name]) for name in outputs]
    constants = {f"{name}/kept": value for name, value in outputs.items()}
    return model(nodes, list(outputs), constants, **settings)


def finding_white(extent: float = 40.0, threshold: float = 0.8, loops: int = 0) -> bytes:
    """A CenterNet that takes whatever is white for the middle of a person of `extent` pixels a side.

    Pictures of any size; a place is as hot as it is bright, if it is brighter than `threshold`. loops: how often it
    computes something that nobody needs, before."""
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=FLOAT),
        _loop("loops", "true", "float", "last"),
        helper.make_node("Mul", ["last", "zero"], ["unneeded"]),
        helper.make_node("Add", ["float", "unneeded"], ["given"]),
        helper.make_node("Transpose", ["given"], ["first"], perm=[0, 3, 1, 2]),
        helper.make_node("ReduceMean", ["first"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Div", ["grey", "white"], ["bright"]),
        helper.make_node("AveragePool", ["bright"], ["coarse"], kernel_shape=[4, 4], strides=[4, 4]),
        # a broad mean, so that a square has one middle
        helper.make_node("AveragePool", ["coarse"], ["small"], kernel_shape=[13, 13], pads=[6, 6, 6, 6]),
        helper.make_node("Greater", ["small", "least"], ["hot"]),
        helper.make_node("Where", ["hot", "small", "zero"], ["heat"]),
        helper.make_node("Mul", ["heat", "zeros"], ["nothing"]),
        helper.make_node("Add", ["nothing", "half"], ["sizes"]),
    ]
    constants = {
        "loops": np.asarray(loops),
        "true": np.asarray(True),
        "white": np.float32(255.0),
        "least": np.float32(threshold),
        "zero": np.float32(0.0),
        "zeros": np.zeros((1, 4, 1, 1), np.float32),
        "half": np.full((1, 4, 1, 1), extent / 2.0, np.float32),
    }
    return model(
        nodes,
        ["heat", "sizes"],
        constants,
        shape=(1, "height", "width", 3),
        kind=TensorProto.UINT8,
        notes={"names": NAMES, "imgsz": "[320, 320]"},
    )


def looping() -> bytes:
    """A network that never comes to an end."""
    return model([_loop("", "true", "images", "last")], ["last"], {"true": np.asarray(True)})


def _loop(times: str, going: str, given: str, result: str) -> onnx.NodeProto:
    """Sines of sines."""
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["on_out"]), helper.make_node("Sin", ["v"], ["v_out"])],
        "body",
        [value("n", TensorProto.INT64, []), value("on", TensorProto.BOOL, []), value("v", FLOAT, None)],
        [value("on_out", TensorProto.BOOL, []), value("v_out", FLOAT, None)],
    )
    return helper.make_node("Loop", [times, going, given], [result], body=body)
