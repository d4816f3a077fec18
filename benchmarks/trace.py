"""The trace: what recording costs, how soon one turn out of a gigabyte is shown, and how fast it is read.

`python benchmarks/trace.py [--rounds 5] [--messages 100000] [--megabytes 1000] [--json]`. Exits 1 when a bar is
missed: the recorder at least 2x the rate of the pure-Python `mcap` writer that encodes the same lines with the
standard library and writes them into the same chunks; `supervisor trace show --turn` of one turn out of the large
trace at most 1 s, the start of the command included; replay of a simulated evening at least 1/10 of the rate at which
small-mcap reads the same files.

The large trace is made in a temporary folder by the recorder itself, with the sizes of files that it has by default.
"""

import argparse
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import small_mcap
from mcap.writer import CompressionType, Writer

sys.path.insert(0, str(Path(__file__).parents[1]))

from actors.conversation.messages import ReplySentence, TextReceived
from actors.kernel.message import Envelope, Message
from actors.kernel.record import Handled
from actors.osc.messages import ParametersChanged
from actors.system.messages import StageReached
from actors.vocabulary.values import person_named
from benchmarks._report import Figure, Report
from supervisor.replay.replayer import Replayer
from supervisor.simulation.campaign import traced
from supervisor.trace.read.reader import Trace
from supervisor.trace.records import topic_of
from supervisor.trace.write.chunk_builder import CHUNK
from supervisor.trace.write.encode import Encoder, schema_of
from supervisor.trace.write.recorder import Recorder
from supervisor.trace.write.redaction import Redaction, digest

RUN = "20261123T190000Z-1"
SHOWN_WITHIN = 1.0
RECORDED = 2.0
REPLAYED = 1 / 10
PER_TURN = 500
EVENING, EVENING_SECONDS = 1, 900.0
"""The seed and the simulated seconds of the session that is replayed."""
WORDS = "the sea a door blue green where why tell me story music dance world avatar hand light".split()


Encode = Callable[[Handled], bytes]


@dataclass
class Part:
    """The results of one part: values for tools, lines for people, and the figures with a bar."""

    values: dict[str, Any]
    lines: list[str]
    figures: tuple[Figure, ...] = ()


def records(count: int) -> Iterator[Handled]:
    """Handled messages of several types, sizes and actors, PER_TURN for each turn, all different."""
    chance = random.Random(1)
    wall, clock = 1_795_460_400.0, 1000.0
    person = person_named("Mio")
    before = ""
    for n in range(count):
        turn = n // PER_TURN + 1
        sender, to, message = _message(n, turn, chance, person)
        envelope = Envelope(sender, 1, n, to, message, before, turn, sent_at=clock)
        before = envelope.id
        yield Handled(envelope, clock + 1e-4, clock + 3e-4, wall, (envelope,) if n % 4 == 0 else ())
        clock += 0.001
        wall += 0.001


def _message(n: int, turn: int, chance: random.Random, person: Any) -> tuple[str, str, Message]:
    said = " ".join(chance.choices(WORDS, k=12)) + f" {chance.getrandbits(64):x}"
    match n % 8:
        case 0:
            return "speech.recognizer", "conversation", TextReceived(said, person)
        case 1 | 2:
            return "conversation", "speech.synthesizer", ReplySentence(turn, n % 5, said)
        case 3:
            return "llm", "system", StageReached(turn, "first_token", chance.random() * 1e9, chance.random())
        case _:
            values = {f"Param{k:03}": chance.random() for k in range(n % 6 + 2)}
            return "osc.receiver", "avatar", ParametersChanged(values)


# -- what recording costs


def ours(prepared: list[Handled], folder: Path) -> float:
    """Seconds until all records are in a closed file."""
    begun = time.perf_counter()
    recorder = Recorder(folder, "root", run=RUN)
    for record in prepared:
        recorder.append(record)
    recorder.close(within=600.0)
    taken = time.perf_counter() - begun
    assert recorder.lost == 0
    return taken


def pure(prepared: list[Handled], folder: Path, encode: Encode) -> float:
    """The same lines, schemas and chunks by the pure-Python writer, in one thread and without a queue."""
    folder.mkdir()
    begun = time.perf_counter()
    channels: dict[type, int] = {}
    with (folder / "root.0001.mcap").open("wb") as file:
        writer = Writer(file, chunk_size=CHUNK, compression=CompressionType.ZSTD)
        writer.start(profile="gerald")
        for record in prepared:
            kind = type(record.envelope.message)
            channel = channels.get(kind)
            if channel is None:
                schema = writer.register_schema(kind.__name__, "jsonschema", schema_of(kind))
                channel = channels[kind] = writer.register_channel(topic_of(kind), "json", schema)
            at = int(record.wall * 1e9)
            writer.add_message(channel, at, encode(record), at)
        writer.finish()
    return time.perf_counter() - begun


def plainly(record: Handled) -> bytes:
    """A line as in the documentation of `mcap`: a dictionary, encoded by the standard library's json."""
    e = record.envelope
    line = {
        "kind": "handled",
        "id": e.id,
        "sender": e.sender,
        "recipient": e.recipient,
        "type": type(e.message).__name__,
        "wall": record.wall,
        "message": msgspec.to_builtins(e.message),
        "begun": record.begun,
        "ended": record.ended,
        "sent_at": e.sent_at,
        "cause": e.cause,
        "turn": e.turn,
        "out": [
            {"id": s.id, "to": s.recipient, "type": type(s.message).__name__, "digest": digest(s.message)}
            for s in record.sent
        ],
    }
    return json.dumps(line, ensure_ascii=False).encode()


def recording(rounds: int, count: int, folder: Path) -> Part:
    prepared = list(records(count))
    encoder = Encoder(Redaction())
    swift: Encode = lambda record: encoder.encode((record,)).data[0]  # noqa: E731
    times: dict[str, list[float]] = {"ours": [], "mcap": [], "mcap, our lines": []}
    for n in range(rounds):
        times["ours"].append(ours(prepared, folder / f"ours{n}"))
        times["mcap"].append(pure(prepared, folder / f"pure{n}", plainly))
        times["mcap, our lines"].append(pure(prepared, folder / f"swift{n}", swift))
    mine, theirs, mixed = (statistics.median(times[name]) for name in times)
    ratio = theirs / mine
    return Part(
        {
            "ours_us": mine / count * 1e6,
            "mcap_us": theirs / count * 1e6,
            "mcap_our_lines_us": mixed / count * 1e6,
            "record_ratio": ratio,
        },
        [
            f"recording {count:,} messages, until the file is closed: ours {mine / count * 1e6:.2f} us each, "
            f"pure-Python mcap {theirs / count * 1e6:.2f} us, given our encoded lines {mixed / count * 1e6:.2f} us",
            f"ratio: {ratio:.2f} times the rate of the mcap writer (bar {RECORDED:g}); "
            f"{mixed / mine:.2f} times when it is given our encoded lines",
        ],
        (Figure("recording", count / mine, "/s", "pure-Python mcap", count / theirs, at_least=RECORDED),),
    )


# -- one turn out of a large trace


def large(home: Path, megabytes: int) -> int:
    """Record until the files reach that size; returns how many messages."""
    folder = home / "data" / "traces"
    recorder = Recorder(folder, "root", run=RUN, keep=2**62)
    count = 0
    for some in batched(records(2**62), 50_000):
        for record in some:
            recorder.append(record)
        count += len(some)
        if sum(path.stat().st_size for path in (folder / RUN).glob("*.mcap")) >= megabytes * 1e6:
            break
    recorder.close(within=600.0)
    assert recorder.lost == 0
    return count


def batched(source: Iterator[Handled], size: int) -> Iterator[list[Handled]]:
    while some := list(itertools.islice(source, size)):
        yield some


def showing(rounds: int, count: int, home: Path) -> Part:
    turns = count // PER_TURN
    times = [shown(home, max(1, turns * (n + 1) // (rounds + 1))) for n in range(rounds)]
    unindexed = without_index(home, turns // 2)
    size = sum(path.stat().st_size for path in (home / "data" / "traces" / RUN).glob("*.mcap"))
    middle, worst = statistics.median(times), max(times)
    return Part(
        {
            "messages": count,
            "bytes": size,
            "show_s": middle,
            "show_worst_s": worst,
            "index_made_s": unindexed,
        },
        [
            f"one turn of {PER_TURN} messages out of {count:,} in {size / 1e9:.2f} GB: {middle:.2f} s "
            f"(worst {worst:.2f} s, bar {SHOWN_WITHIN:g} s)",
            f"the same when the last file has no index, as after a SIGKILL: {unindexed:.2f} s, once",
        ],
        (Figure(f"one turn out of {size / 1e9:.2f} GB", middle, "s", at_most=SHOWN_WITHIN),),
    )


def shown(home: Path, turn: int) -> float:
    """Seconds that the command takes, including the start and end of its process."""
    command = [sys.executable, "-m", "supervisor", "--home", str(home), "trace", "show", "--turn", str(turn)]
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    taken = time.perf_counter() - begun
    assert f"turn {turn}, " in done.stdout
    return taken


def without_index(home: Path, turn: int) -> float:
    """The same without the newest file's index."""
    newest = max((home / "data" / "traces" / RUN).glob("*.index"))
    newest.unlink()
    return shown(home, turn)


# -- reading, and replaying


def reading(rounds: int, folder: Path) -> Part:
    """The rate of reading a whole file: ours decodes records, small-mcap does not."""
    count = 0
    times: dict[str, list[float]] = {"ours": [], "small_mcap": []}
    for _ in range(rounds):
        taken, count = timed(lambda: sum(1 for _ in Trace(folder).scan()))
        times["ours"].append(taken)
        taken, there = timed(lambda: sum(read_by_small_mcap(path) for path in folder.glob("*.mcap")))
        assert there == count
        times["small_mcap"].append(taken)
    mine, theirs = (statistics.median(times[name]) for name in ("ours", "small_mcap"))
    return Part(
        {"read_per_s": count / mine, "small_mcap_per_s": count / theirs, "read_ratio": theirs / mine},
        [
            f"reading {count:,} messages: ours {count / mine:,.0f}/s as records, small-mcap {count / theirs:,.0f}/s "
            f"as bytes; ratio {theirs / mine:.2f}"
        ],
        (Figure("reading", count / mine, "/s", "small-mcap", count / theirs),),
    )


def replaying(rounds: int, folder: Path) -> Part:
    """The rate of replaying a simulated evening, against small-mcap reading the same files; and of the short sessions
    in tests/traces, where nearly every message is replayed and the making of the actors counts."""
    traced(EVENING, EVENING_SECONDS, None, folder)
    (evening,) = folder.iterdir()
    kept = sorted((Path(__file__).parents[1] / "tests" / "traces").glob("*.mcap"))
    ratios, lines, figures = {}, [], []
    for trace in (evening, *kept):
        mine, theirs = [], []
        for _ in range(rounds):
            taken, there = timed(lambda trace=trace: sum(map(read_by_small_mcap, mcaps(trace))))  # type: ignore[misc]
            theirs.append(taken)
            taken, count = timed(lambda trace=trace: _replayed(trace))  # type: ignore[misc]
            mine.append(taken)
        taken, read = statistics.median(mine), statistics.median(theirs)
        name = "evening" if trace is evening else trace.stem
        ratios[name] = ratio = read / taken
        figures.append(
            Figure(
                f"replay of {name}", there / taken, "/s", "reading by small-mcap", there / read,
                at_least=REPLAYED if trace is evening else None,
            )
        )  # fmt: skip
        lines.append(
            f"replay of {name}, {there:,} messages of which {count:,} are of actors that can be replayed: "
            f"{there / taken:,.0f} messages/s, {ratio:.3f} of the rate of small-mcap"
            + (f" (bar {REPLAYED:g})" if trace is evening else "")
        )
    return Part({"replay_ratio": ratios["evening"], "replay_ratios": ratios}, lines, tuple(figures))


def mcaps(trace: Path) -> list[Path]:
    return sorted(trace.glob("*.mcap")) if trace.is_dir() else [trace]


def _replayed(trace: Path) -> int:
    report = Replayer(trace).run()
    assert report.identical
    return report.messages


def read_by_small_mcap(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in small_mcap.read_message(file))


def timed(work: Callable[[], int]) -> tuple[float, int]:
    begun = time.perf_counter()
    count = work()
    return time.perf_counter() - begun, count


def measured(rounds: int, messages: int, megabytes: int, folder: Path) -> Iterator[Part]:
    """All parts, one after another."""
    yield recording(rounds, messages, folder)
    yield reading(rounds, folder / "ours0" / RUN)
    yield replaying(rounds, folder / "evening")
    home = folder / "home"
    yield showing(rounds, large(home, megabytes), home)


def main() -> int:
    """Run all parts; 0 only if every bar holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the large trace")
    parser.add_argument("--json", action="store_true", help="figures for tools")
    options = parser.parse_args()
    report = Report()
    values: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="gerald-trace-") as temporary:
        for part in measured(options.rounds, options.messages, options.megabytes, Path(temporary)):
            values |= part.values
            for figure in part.figures:
                report.add(figure)
            if not options.json:
                print("\n".join(part.lines), flush=True)
    if options.json:
        print(json.dumps({**values, "missed": report.missed}))
    return report.finish(quiet=options.json)


if __name__ == "__main__":
    sys.exit(main())
