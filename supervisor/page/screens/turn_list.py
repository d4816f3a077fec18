"""The list of turns: as the trace has it, and as it goes on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

SLOW = 3.0
"""Seconds to the first sound that fill a bar."""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """began: epoch seconds. soon: seconds to the first sound, or in text to the first words; None for neither."""

    turn: int
    began: float
    person: str = ""
    said: str = ""
    replied: str = ""
    outcome: str = ""
    detail: str = ""
    soon: float | None = None
    is_sound: bool = False


@dataclass(frozen=True, slots=True)
class TurnList:
    """The rows, the newest first. torn: what of the trace could not be read. trouble: why nothing could."""

    run: str
    rows: tuple[TurnRow, ...] = ()
    words_dropped: bool = False
    torn: tuple[str, ...] = ()
    trouble: str = ""


def from_trace(found: Mapping[str, Any]) -> TurnList:
    """What `supervisor trace turns --json` says."""
    rows = tuple(_row(one, found["words_dropped"]) for one in reversed(found["turns"]))
    torn = tuple(f"{one['file']} at byte {one['at']}: {one['why']}" for one in found["torn"])
    return TurnList(found["run"], rows, found["words_dropped"], torn)


def _row(brief: Mapping[str, Any], words_dropped: bool) -> TurnRow:
    sound, words = brief["first_sound"], brief["first_words"]
    said = {} if words_dropped else {name: brief[name] for name in ("person", "said", "replied", "detail")}
    return TurnRow(
        brief["turn"],
        brief["began"],
        outcome=brief["outcome"],
        soon=sound if sound is not None else words,
        is_sound=sound is not None,
        **said,
    )


def with_event(
    found: TurnList, event: Mapping[str, Any], now: float, limit: int, *, keeps_words: bool = True
) -> TurnList:
    """The list after an event of the request `watch` that came at `now` (epoch seconds)."""
    turn = event.get("turn")
    if not turn or event.get("event") not in ("TurnStarted", "ReplyEnded", "StageReached"):
        return found
    rows = {row.turn: row for row in found.rows}
    before = rows.get(turn) or TurnRow(turn, now)
    rows[turn] = _after(before, event, keeps_words)
    newest = sorted(rows.values(), key=lambda row: row.turn, reverse=True)[:limit]
    return replace(found, rows=tuple(newest))


def _after(row: TurnRow, event: Mapping[str, Any], keeps_words: bool) -> TurnRow:
    if event["event"] == "StageReached":
        return _reached(row, event["stage"], event["at"])
    if event["event"] == "TurnStarted":
        return replace(row, person=event["person"]["name"], said=event["text"]) if keeps_words else row
    words = {"replied": event["text"], "detail": event["detail"]} if keeps_words else {}
    return replace(row, outcome=event["outcome"], **words)


def _reached(row: TurnRow, stage: str, at: float) -> TurnRow:
    if stage == "speech_ended":
        return replace(row, began=at)
    if stage == "first_audio" or (stage == "first_sentence" and row.soon is None):
        return replace(row, soon=max(0.0, at - row.began), is_sound=stage == "first_audio")
    return row
