"""Trace files with valid checksums around lines that nobody would write."""

import json
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import lz4.frame
import zstandard
from small_mcap import CompressionType, McapWriter

from actors.kernel.checkpoint import taken
from config.schema import Config
from supervisor.nodes.boot import make_actor
from supervisor.otp.spec import ChildSpec, walk
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.read.segment_reader import open_segment
from supervisor.tree import tree
from tests.fuzz.mutation import DEEP, NUMBERS, changed, raw, strange

KEPT = Path(__file__).parents[1] / "traces" / "talk-by-text.mcap"
Line = dict[str, Any]
ACTORS = ("conversation", "users", "world", "avatar", "system")


def lines_of(path: Path = KEPT) -> list[Line]:
    segment = open_segment(path, lambda torn: None)
    return [json.loads(data) for _, data in segment.lines()]


def checkpoint(address: str, wall: float) -> Line:
    """A checkpoint of an actor as it is made."""
    spec = next(s for s in walk(tree(Config())) if isinstance(s, ChildSpec) and s.address == address)
    config = Config()
    sections = {name: getattr(config, name) for name in Config.model_fields}
    actor = make_actor(spec.actor, spec.arguments, sections, Path("."))
    encode = CheckpointEncoder().value
    kept = {name: encode(value) for name, value in taken(actor)}
    return {"kind": "checkpoint", "address": address, "incarnation": 1, "wall": wall, "kept": kept, "pending": [],
            "timers": [[1.0, 1, encode(None), "", 0]], "seed": "s", "supervisor": "supervisor"}  # fmt: skip


class Corpus:
    """Lines to begin with: the starts of all actors, their mail, and a checkpoint of each."""

    def __init__(self) -> None:
        pack_zeros()
        lines = lines_of()
        self.starts = [line for line in lines if line["kind"] in ("started", "began")]
        self.mail = [line for line in lines if line["kind"] == "handled"]
        self.ends = [line for line in lines if line["kind"] == "stopped"]
        self.checkpoints = [checkpoint(address, lines[0]["wall"]) for address in ACTORS]
        self.others: list[Line] = [
            {"kind": "dead", **{k: v for k, v in self.mail[0].items() if k != "kind"}, "why": "closed"},
            {"kind": "lost", "count": 3, "why": "the disk is full", "wall": lines[-1]["wall"]},
            {"kind": "configuration", "version": 1, "digest": "x", "wall": lines[0]["wall"]},
            {"kind": "mood", "wall": lines[0]["wall"], "address": "world", "x": [1]},
        ]

    def some(self, at: random.Random) -> list[Line]:
        """A short trace."""
        begin = at.randrange(len(self.mail))
        mail = self.mail[begin : begin + at.choice((8, 20))] if at.random() < 0.6 else self.mail[:15]
        first = self.starts if at.random() < 0.6 else at.sample(self.checkpoints, 2)
        return [*first, *mail, *at.sample(self.others, 2), *self.ends[:2]]


def mutant(corpus: Corpus, at: random.Random) -> bytes:
    """A trace that is wrong in its lines, in its frame, or in its bytes."""
    lines = corpus.some(at)
    for _ in range(at.choice((0, 1, 1, 2, 5))):
        where = at.randrange(len(lines))
        match at.randrange(8):
            case 0:
                lines.insert(where, lines[at.randrange(len(lines))])
            case 1:
                del lines[where]
                lines = lines or [{"kind": "lost"}]
            case 2:
                lines[where] = {**lines[where], "kind": lines[at.randrange(len(lines))].get("kind")}
            case _:
                lines[where] = changed(lines[where], at)
    data = [encoded(line, at) for line in lines]
    made = framed(data, at)
    return raw(made, at) if at.random() < 0.25 else made


def encoded(line: Any, at: random.Random) -> bytes:
    plain = at.random() < 0.5
    data = json.dumps(line, ensure_ascii=plain, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if DEEP in str(line):
        levels = at.choice((300, 1000, 100_000))
        for form in (json.dumps(DEEP), f'"{DEEP}"'):
            data = data.replace(form.encode(), b"[" * levels + b"]" * levels)
    if at.random() < 0.02:
        data = at.choice(
            (b"", b"null", b"[]", b"1e999", b"9" * 5000, data[:-1], b"\xff" + data, b'{"kind":[]}')
        )
    return data


def framed(lines: list[bytes], at: random.Random) -> bytes:
    """The lines as an MCAP file, of one chunk or several, compressed or not."""
    out = BytesIO()
    kind = at.choice((CompressionType.NONE, CompressionType.ZSTD, CompressionType.LZ4))
    writer = McapWriter(out, chunk_size=at.choice((1000, 2**19)), compression=kind)
    writer.start(profile="gerald", library="fuzz")
    node = "root" if at.random() < 0.9 else strange(at)
    words = at.choice(("keep", "keep", "keep", "drop", "x" * 3000))
    texts: dict[str, str] = {
        "node": node if isinstance(node, str) else "root/1",
        "run": "fuzz",
        "words": words,
        "format": "1",
    }
    writer.add_metadata("segment", {k: v.encode("utf-8", "replace").decode() for k, v in texts.items()})
    writer.add_schema(1, "handled", "jsonschema", b"{}")
    writer.add_channel(1, "/trace", "json", 1, {})
    for number, line in enumerate(lines):
        when = at.choice((0, 2**64 - 1)) if at.random() < 0.01 else 1_700_000_000_000_000_000 + number
        writer.add_message(1, when, line, when)
    writer.finish()
    if at.random() < 0.05:
        return out.getvalue()[:200] + bomb(at)
    return out.getvalue()


def record(opcode: int, body: bytes, length: int | None = None) -> bytes:
    return struct.pack("<BQ", opcode, len(body) if length is None else length) + body


def text(value: bytes) -> bytes:
    return struct.pack("<I", len(value)) + value


PACKED: dict[str, bytes] = {}


def pack_zeros() -> None:
    """600 MB of nothing, once: a few kilobytes, whose header says so or not."""
    zeros = bytes(2**20)
    for name, size in (("told", 600 * 2**20), ("untold", -1)):
        packer = zstandard.ZstdCompressor().compressobj(size=size)
        PACKED[name] = b"".join(packer.compress(zeros) for _ in range(600)) + packer.flush()
    with lz4.frame.LZ4FrameCompressor() as other:
        PACKED["lz4"] = other.begin() + b"".join(other.compress(zeros) for _ in range(600)) + other.flush()


def bomb(at: random.Random) -> bytes:
    """A record or a chunk that says it is short and is not, or the other way round."""
    huge = at.choice((2**20, 2**30, 2**33, 2**62))
    match at.choice(("record", "told", "untold", "lz4", "other")):
        case "record":
            return record(6, b"x" * 100, huge)
        case "other":
            inner = record(5, b"\x00" * 22, at.choice(NUMBERS[:4]) % 2**63)
            return chunk(at.choice((b"", b"zlib", b"\xff")), inner, huge, zlib.crc32(inner))
        case name:
            kind = b"lz4" if name == "lz4" else b"zstd"
            return chunk(kind, PACKED[name], at.choice((huge, 100, 600 * 2**20)), 0)


def chunk(compression: bytes, data: bytes, uncompressed: int, crc: int) -> bytes:
    body = (
        struct.pack("<QQQI", 0, 1, uncompressed, crc)
        + text(compression)
        + struct.pack("<Q", len(data))
        + data
    )
    return record(6, body)
