"""Files that are named as networks: damaged ones, of other kinds, and whole ones that nobody expects."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from actors.vision.detector.model_file import embedded
from tests.doubles.networks import finding_white, giving, looping, model
from tests.fuzz.mutation import raw

TYPES = (
    TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.UINT8, TensorProto.INT8, TensorProto.INT64,
    TensorProto.BOOL, TensorProto.STRING, TensorProto.BFLOAT16, TensorProto.INT32,
)  # fmt: skip
SIDES = (0, 1, 2, 3, 4, 15, 16, 31, 32, 33, 47, 64, 96, 320, 100_000, -1, "height", "batch")
DTYPES = (np.float32, np.float32, np.float32, np.float16, np.float64, np.int64, np.uint8, np.bool_)
HEADS = (
    b"\x89PNG\r\n\x1a\n",
    b"PK\x03\x04",
    b"GGUF",
    b"RIFF\0\0\0\0AVI ",
    b"%PDF-1.7",
    b"#!/bin/sh\n",
    b"<html>",
    b"\x08\x08",
)
NOTES: tuple[dict[str, str], ...] = (
    {}, {"names": "{0: 'person'}"}, {"names": "['person', 'lamp', 'chair']"}, {"names": "{0: person}"},
    {"names": "[" * 9000},
    {"names": "__import__('os').abort()"}, {"names": "{-1: 'person', 1e9: 'x'}", "imgsz": "[-1, 0]", "stride": "0"},
    {"names": str(dict.fromkeys(range(900), "x" * 99))}, {"imgsz": "[99999, 99999]", "stride": "9" * 99},
    {"names": "\0\n\x1b[2J"},
    {"imgsz": "[33, 47]", "stride": "7"}, {"imgsz": "640", "stride": "32"}, {"names": "{0: '\\x1b[2J\\n'}"},
)  # fmt: skip


LISTS: tuple[tuple[int, ...], ...] = (
    (1, 84, 84), (1, 300, 6), (1, 0, 6), (1, 6, 0), (1, 7, 21), (1, 84, 85), (1, 252, 85), (1, 85), (3,), (), (2, 9, 9),
    (1, 300, 84), (1, 5, 4000), (0, 84, 8400), (1, 1, 1), (1, 100, 4), (1, 84, 1, 1), (1, 1, 300, 6), (1, 3, 6),
)  # fmt: skip


def odd_network(at: random.Random) -> bytes:
    """The bytes of one file."""
    return at.choice(KINDS)(at)


def _text(at: random.Random) -> bytes:
    return at.choice(
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4\n",
            b"\n",
            "ü".encode() * at.randrange(1, 999),
        )
    )


def _noise(at: random.Random) -> bytes:
    return at.choice(HEADS) + at.randbytes(at.randrange(5000))


def _truncated(at: random.Random) -> bytes:
    whole = at.choice((embedded, finding_white, looping))()
    return whole[: at.randrange(len(whole))]


def _changed(at: random.Random) -> bytes:
    return raw(at.choice((finding_white(), _lists(at), _maps(at))), at)


def _damaged_weights(at: random.Random) -> bytes:
    """The embedded network with other weights, infinite ones among them."""
    whole = bytearray(embedded())
    for _ in range(at.choice((1, 10, 1000))):
        whole[at.randrange(len(whole) // 2, len(whole))] = at.choice((0x7C, 0x7E, 0xFC, at.randrange(256)))
    return bytes(whole)


def _numbers(at: random.Random, shape: tuple[int, ...]) -> Any:
    """An output: sensible, or with what is no number, or no score."""
    source = np.random.default_rng(at.randrange(1 << 30))
    kind = at.choice(DTYPES)
    values = source.random(shape) * at.choice((0.0, 0.5, 1.0, 1.0, 2.0, 700.0, 1e30)) - at.choice(
        (0.0, 0.0, 0.5)
    )
    if kind in (np.float32, np.float16, np.float64) and values.size and at.random() < 0.4:
        values.flat[at.randrange(values.size)] = at.choice((np.nan, np.inf, -np.inf, -1.0, 1e38))
    with np.errstate(all="ignore"):
        return values.astype(kind)


def _lists(at: random.Random) -> bytes:
    return giving({"output0": _numbers(at, at.choice(LISTS))}, notes=at.choice(NOTES), shape=_shape(at))


def _several(at: random.Random) -> bytes:
    shapes = (
        (1, 300, 4),
        (1, 300, 80),
        (1, 300),
        (1, 300),
        (1, 8, 4),
        (1, 8),
        (8,),
        (1, 4, 16, 16),
        (1, 80, 16, 16),
        (1, 0, 4),
        (1, 0),
    )
    outputs = {
        f"boxes{n}"[at.randrange(2) :]: _numbers(at, at.choice(shapes)) for n in range(at.randrange(1, 5))
    }
    return giving(outputs, notes=at.choice(NOTES), shape=_shape(at))


def _maps(at: random.Random) -> bytes:
    kinds, rows, columns = at.choice((0, 1, 3, 4, 80)), at.choice((0, 1, 8, 16)), at.choice((1, 8, 13))
    shapes = [(1, kinds, rows, columns), (1, 4, rows, columns)]
    if at.random() < 0.3:
        shapes = [(one, high, wide, channels) for one, channels, high, wide in shapes]
    return giving(
        {f"map{n}": _numbers(at, shape) for n, shape in enumerate(shapes)},
        notes=at.choice(NOTES),
        shape=_shape(at),
    )


def _shape(at: random.Random) -> tuple[int | str, ...]:
    usual: tuple[tuple[int | str, ...], ...] = (
        (1, 3, 64, 64),
        (1, 64, 96, 3),
        (1, 1, 32, 32),
        ("batch", 3, "height", "width"),
    )
    if at.random() < 0.7:
        return at.choice(usual)
    return tuple(at.choice(SIDES) for _ in range(at.choice((0, 1, 2, 3, 4, 4, 4, 5))))


def _other_inputs(at: random.Random) -> bytes:
    value = helper.make_tensor_value_info
    more = [
        value(f"more{n}", at.choice(TYPES), [at.choice(SIDES) for _ in range(at.randrange(4))])
        for n in range(at.randrange(4))
    ]
    outputs = {"output0": _numbers(at, (1, 300, 6))}
    return giving(outputs, shape=_shape(at), kind=at.choice(TYPES), more_inputs=more, notes=at.choice(NOTES))


def _other_versions(at: random.Random) -> bytes:
    made = onnx.load_from_string(_lists(at))
    made.ir_version = at.choice((0, 1, 3, 8, 11, 14, 99, 2**40))
    made.opset_import[0].version = at.choice((0, 1, 7, 12, 17, 22, 99, 2**40))
    made.opset_import[0].domain = at.choice(("", "ai.onnx.ml", "com.example"))
    return bytes(made.SerializeToString())


def _other_graph(at: random.Random) -> bytes:
    """Nodes that do not exist, that wait for each other, that are there twice, or whose shapes do not fit."""
    node = helper.make_node
    nodes = {
        "unknown": [node("Foo", ["images"], ["o"])],
        "of an unknown house": [node("Foo", ["images"], ["o"], domain="com.example")],
        "circle": [
            node("Add", ["images", "b"], ["a"]),
            node("Identity", ["a"], ["b"]),
            node("Identity", ["a"], ["o"]),
        ],
        "twice": [node("Identity", ["images"], ["o"]), node("Identity", ["images"], ["o"])],
        "nowhere": [node("Identity", ["nothing"], ["o"])],
        "does not fit": [node("Reshape", ["images", "seven"], ["o"])],
        "gives the picture": [node("Identity", ["images"], ["o"])],
        "divides by nothing": [node("Div", ["images", "zero"], ["o"])],
        "asks for 4 TB": [node("ConstantOfShape", ["terabyte"], ["o"])],
        "no output": [node("Identity", ["images"], ["p"])],
        "no node": [],
        "a shape from the picture": [node("NonZero", ["images"], ["o"])],
        "a sequence": [node("SequenceConstruct", ["images"], ["o"])],
    }
    constants = {"seven": np.asarray([7, 7]), "zero": np.float32(0.0), "terabyte": np.asarray([1 << 40])}
    return model(
        nodes[at.choice(sorted(nodes))],
        ["o"],
        constants,
        notes=at.choice(NOTES),
        shape=at.choice(((1, 3, 32, 32), _shape(at))),
    )


def _weights_elsewhere(at: random.Random) -> bytes:
    made = onnx.load_from_string(giving({"output0": np.zeros((1, 300, 6), np.float32)}))
    weights = made.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    location = at.choice(
        (
            "weights.bin",
            "../../../etc/passwd",
            "/etc/passwd",
            "/dev/zero",
            "own.onnx",
            "",
            "\0",
            "C:\\x",
            "*/_ORT_MEM_ADDR_/*",
        )
    )
    entries = {
        "location": location,
        "offset": at.choice(("0", "-1", str(1 << 62))),
        "length": at.choice(("7200", "-1", "x")),
    }
    for key, value in entries.items():
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    return bytes(made.SerializeToString())


def _sound(at: random.Random) -> bytes:
    return at.choice((finding_white, embedded))()


def _endless(at: random.Random) -> bytes:
    return looping()


KINDS: tuple[Callable[[random.Random], bytes], ...] = (
    _text, _noise, _truncated, _changed, _changed, _damaged_weights, _lists, _lists, _lists, _several, _several,
    _maps, _maps, _other_inputs, _other_versions, _other_graph, _other_graph, _weights_elsewhere, _sound, _endless,
)  # fmt: skip
