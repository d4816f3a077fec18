"""A room with Gerald in it: virtual cables, a person who speaks into his microphone, tapes of both directions."""

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np

from benchmarks._voice.tape import RATE, Tape
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.peer import Peer
from supervisor.demo.pulse import MICROPHONE, SPEAKER, PulseHarness
from supervisor.demo.sound import write_wav


class Event(msgspec.Struct, frozen=True):
    """Something that the instance announced. at: epoch seconds at which it came here."""

    at: float
    kind: str
    fields: dict[str, Any]


class Cables:
    """A private PulseAudio, a tape of what is said into the microphone, and one of what the speaker plays."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._pulse = stack.enter_context(PulseHarness())
            self.environment = self._pulse.environment
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gerald-voice-")))
            self.person = stack.enter_context(Tape("mic_in.monitor", self.environment))
            self.bot = stack.enter_context(Tape(f"{SPEAKER}.monitor", self.environment))
            self._count = 0
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def begin(self, sound: Any) -> "subprocess.Popen[bytes]":
        """Start to play int16 (samples,) at 16 kHz into the microphone; the process ends with the sound."""
        self._count += 1
        path = self._folder / f"{self._count}.wav"
        write_wav(path, sound, RATE)
        command = ["pacat", "--playback", "--file-format=wav", "--latency-msec=20", "-d", "mic_in", str(path)]
        return subprocess.Popen(command, env=dict(self.environment), stderr=subprocess.DEVNULL)

    def say(self, sound: Any) -> tuple[float, float]:
        """Play it to its end; when its first and its last audible block arrived at the microphone (epoch seconds)."""
        begun = time.time()
        self.begin(sound).wait(len(sound) / RATE + 30.0)
        heard = self.person.loud(begun)
        return (heard[0], heard[-1]) if heard else (begun, time.time())

    @contextmanager
    def echo(self, decibels: float, milliseconds: int) -> Iterator[None]:
        """Meanwhile what the speaker plays comes back into the microphone, so much louder and so late."""
        source, sink = f"source={SPEAKER}.monitor", "sink=mic_in"
        volume = f"{10 ** (decibels / 60):.4f}"  # Pulse's volumes are cubic
        made = self._pactl("load-module", "module-loopback", source, sink, f"latency_msec={milliseconds}")
        number = made.strip()
        for line in self._pactl("list", "sink-inputs").split("Sink Input #")[1:]:
            if f"Owner Module: {number}\n" in line:
                self._pactl("set-sink-input-volume", line.split("\n", 1)[0], volume)
        try:
            yield
        finally:
            self._pactl("unload-module", number)

    def _pactl(self, *words: str) -> str:
        done = subprocess.run(
            ["pactl", *words],
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout


class Room:
    """Gerald on the cables. Use as a context: he is READY inside it. settings: of his configuration. home: of an
    earlier visit; a new one without. environment: beside that of the cables."""

    def __init__(
        self,
        cables: Cables,
        *settings: str,
        home: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.cables = cables
        self._home = home
        self._environment = {**cables.environment, **(environment or {})}
        self._settings = settings
        self.events: list[Event] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            own = stack.enter_context(tempfile.TemporaryDirectory(prefix="gerald-voice-home-"))
            home = self._home or Path(own)
            home.mkdir(parents=True, exist_ok=True)
            self.peer = stack.enter_context(Peer())
            settings = (
                f"audio.input_device={MICROPHONE}",
                f"audio.output_device={SPEAKER}",
                f"osc.input_port={free_port()}",
                f"osc.output_port={self.peer.port}",
                *self._settings,
            )
            self.instance = stack.enter_context(DemoInstance(home, settings, self._environment))
            threading.Thread(target=self._collect, daemon=True).start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def since(self, at: float, *kinds: str) -> list[Event]:
        """What was announced after `at`."""
        return [
            event for event in tuple(self.events) if event.at >= at and (not kinds or event.kind in kinds)
        ]

    def heard(self, since: float) -> list[str]:
        """What he understood after `since`: the newest words of each turn."""
        texts: dict[int, str] = {}
        for event in self.since(since, "TurnStarted"):
            texts[event.fields["turn"]] = event.fields["text"]
        return list(texts.values())

    def language_of(self, text: str) -> str:
        """The language that the conversation keeps with what was said, "" for none."""
        said = self.instance.call({"do": "state", "domain": "conversation"})["state"]["messages"]
        return next((str(one.get("language", "")) for one in reversed(said) if one["text"] == text), "")

    def answered(self, since: float, within: float = 60.0, start: float = 4.0) -> bool:
        """Wait until he has said all he wants to say to what was heard after `since`; False when no turn came of it."""
        end = time.time() + start
        while not (begun := self.since(since, "TurnStarted")) and time.time() < end:
            time.sleep(0.02)
        self.settle(within)
        return bool(begun)

    def settle(self, within: float = 60.0) -> None:
        """Wait until no turn is open, and it is quiet."""
        end = time.time() + within
        while time.time() < end:
            if self._open_turns():
                time.sleep(0.05)
                continue
            if self.cables.bot.quiet(0.5, end - time.time()) and not self._open_turns():
                return

    def seconds_of(self, actors: Iterable[str]) -> float:
        """Processor seconds so far of the processes that host these actors."""
        status = self.instance.call({"do": "status"})
        wanted = set(actors)
        numbers = {found for name, found in _processes(status) if name in wanted}
        return sum(_computed(number) for number in numbers)

    def _open_turns(self) -> bool:
        begun = {event.fields["turn"] for event in tuple(self.events) if event.kind == "TurnStarted"}
        ended = {event.fields["turn"] for event in tuple(self.events) if event.kind == "ReplyEnded"}
        return bool(begun - ended)

    def _collect(self) -> None:
        for event in self.instance.watch():
            self.events.append(Event(time.time(), str(event.get("event")), dict(event)))


def _processes(status: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for actor in status.get("actors", ()):
        if isinstance(actor, dict) and actor.get("pid"):
            yield str(actor.get("address")), int(actor["pid"])


def _computed(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def silence(seconds: float) -> Any:
    """int16 (samples,) at 16 kHz."""
    return np.zeros(int(seconds * RATE), np.int16)


def joined(parts: Sequence[Any]) -> Any:
    """One sound after another."""
    return np.concatenate(list(parts))
