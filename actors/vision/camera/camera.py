"""The camera: takes pictures of the game at computer_vision.capture_fps, and tells each listener at its own rate."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from actors.conversation.messages import CONVERSATION, ReplyEnded, ReplySentence, TurnStarted, WatchTurns
from actors.kernel.actor import Actor, handles
from actors.kernel.media.frame_ring import RingReader
from actors.kernel.media.frames import Frame, RingAddress
from actors.kernel.media.jpeg import fitted, newest
from actors.kernel.protocol.lifecycle import Health
from actors.vision.camera.capture import Capture
from actors.vision.camera.device import SourceBroken
from actors.vision.camera.pace import easier, listeners, turn_of
from actors.vision.camera.sources import open_source, source_name
from actors.vision.internal import CaptureEnded, FrameTaken, LookAtCapture, Reopen
from actors.vision.messages import FrameReady, PictureTaken, TakePicture
from actors.vocabulary.backoff import Backoff
from config.schema import ComputerVision

LOOK_EVERY = 1.0
FEW_CORES = 3  # with fewer the eyes take it easy while somebody waits for an answer
WATCH_EVERY = (
    30.0  # seconds after which the conversation is asked again to tell of turns: it may have been restarted
)
# Seconds from the begin of a turn, and from its first sentence, for which the eyes take it easy at most.
THINKS, SPEAKS_SOON = 8.0, 1.0
# Seconds without a picture after which the source is opened again; or ten pictures' time, where that is longer.
SILENT = 5.0
RETRY = Backoff(1.0, 30.0)  # until a source that broke is tried again


def cores() -> int:
    """How many of the machine's cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


class Camera(Actor):
    """Start arguments: the section computer_vision, the ring, and the home."""

    def __init__(self, vision: ComputerVision, ring: RingAddress, home: Path) -> None:
        self._vision = vision
        self._ring = ring
        self._home = home
        self._name = source_name(vision)
        self._capture: Capture | None = None
        self._number = 0
        self._failures = 0
        self._seen = False
        self._silent = False
        self._due: Mapping[str, float] = {}
        self._reader: RingReader | None = None
        self._easy_until = self._watched_at = 0.0
        self._few_cores = cores() < FEW_CORES

    def on_start(self) -> None:
        if self._vision.source == "none":
            self.health(Health.OK, "no picture source is configured", "set computer_vision.source")
            return
        self._open()
        self.after(LOOK_EVERY, LookAtCapture())

    def on_stop(self) -> None:
        if self._capture is not None:
            self._capture.end(0.8)
        if self._reader is not None:
            self._reader.close()

    def commit(self, sections: Mapping[str, Any]) -> bool:
        before, self._vision = self._vision, sections["computer_vision"]
        if before.capture_fps != self._vision.capture_fps and self._capture is not None:
            self._capture.end()  # and so opened again, at the new pace
        return True

    @handles
    def on_taken(self, message: FrameTaken) -> None:
        m = message
        if not self._seen or self._silent:
            self._seen, self._silent, self._failures = True, False, 0
            self.health(Health.OK, f"{self._name}, {m.width}x{m.height}")
        rates = listeners(self._vision)
        if self.now() < self._easy_until:
            rates = easier(rates)
        turns = turn_of(self._due, rates, self.now())
        self._due = {**self._due, **turns}
        for address in turns:
            self.tell(address, FrameReady(m.generation, m.height, m.width, m.channels, m.captured_at))

    @handles
    def on_turn(self, _: TurnStarted) -> None:
        """Somebody waits for an answer, and thinking takes all there is."""
        self._easy_until = self.now() + THINKS

    @handles
    def on_sentence(self, _: ReplySentence) -> None:
        self._easy_until = min(self._easy_until, self.now() + SPEAKS_SOON)

    @handles
    def on_reply_ended(self, _: ReplyEnded) -> None:
        self._easy_until = 0.0

    @handles
    def on_take(self, message: TakePicture) -> None:
        self._reader = self._reader or RingReader(self._ring)
        found = newest(self._reader, max(1, message.widest))
        if found is None:
            self.reply(PictureTaken(b""))
        else:
            frame, jpeg = found
            size = fitted(frame.height, frame.width, max(1, message.widest))
            self.reply(PictureTaken(jpeg, frame.captured_at, *size))

    @handles
    def on_capture_ended(self, message: CaptureEnded) -> None:
        if message.capture != self._number:
            return
        self._capture = None
        if message.why:
            self._broke(message.why, message.remedy)
        else:
            self._open()

    @handles
    def on_reopen(self, message: Reopen) -> None:
        if self._capture is None:
            self._open()

    @handles
    def on_look(self, message: LookAtCapture) -> None:
        self.after(LOOK_EVERY, LookAtCapture())
        if self._few_cores and self.now() - self._watched_at >= WATCH_EVERY:
            self._watched_at = self.now()
            self.tell(CONVERSATION, WatchTurns(self.context.address))
        capture = self._capture
        patience = max(SILENT, 10.0 / self._vision.capture_fps)
        if capture is None or self._silent or self.now() - capture.last < patience:
            return
        self._silent = True
        reason = f"{self._name} has given no picture for {patience:.0f} s; it is opened again when its driver returns"
        self.health(Health.DEGRADED, reason, "unplug it and plug it in again")
        capture.end()

    def _open(self) -> None:
        self._number += 1
        number = self._number
        try:
            self._capture = Capture(
                self._name,
                lambda: open_source(self._vision, self._home),
                self._ring,
                self._vision.capture_fps,
                self._taken,
                lambda why, remedy: self.post(CaptureEnded(number, why, remedy)),
            )
        except SourceBroken as broken:
            self._broke(str(broken), broken.remedy)

    def _taken(self, frame: Frame) -> None:
        f = frame
        self.post(FrameTaken(f.generation, f.height, f.width, f.channels, f.captured_at))

    def _broke(self, why: str, remedy: str) -> None:
        self._failures += 1
        self._seen = False
        self.health(Health.DOWN, f"{why}; trying again", remedy)
        self.after(RETRY.pause(self._failures), Reopen())
