"""Which of the machine's devices is meant. Pure.

One device is listed once by each driver model of the system: Windows has four, of which MME cuts names after 31
characters. So a name may fit several entries, and these may be one device or several."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

CUT = 31
"""Characters of a name that MME keeps."""
_MODELS = ("wasapi", "core audio", "pulse", "pipewire", "jack", "alsa", "directsound", "mme", "wdm-ks")


class Found(msgspec.Struct, frozen=True):
    """The entry that is meant, with its driver model, and the other devices that the name fits as well: index, name."""

    device: Mapping[str, Any]
    model: str = ""
    others: tuple[str, ...] = ()


def plain(name: str) -> str:
    """A name as names are compared: no case, one form of each letter, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find(usable: Sequence[Mapping[str, Any]], models: Sequence[str], device: int | str) -> Found | None:
    """The entry of `usable` (PortAudio's) with this index or name; None without one. models: names of the drivers, by
    the entries' `hostapi`.

    A name may be a part of the entry's, and may end in its driver model, as in "CABLE Output, MME"."""
    if isinstance(device, int):
        return next((Found(one, _model(one, models)) for one in usable if one["index"] == device), None)
    wanted = plain(device)
    ranked = sorted(
        (
            (rank, _preference(one, models), place)
            for place, one in enumerate(usable)
            if (rank := _fit(wanted, plain(one["name"]), plain(_model(one, models)))) is not None
        ),
    )
    if not ranked:
        return None
    rank, _, place = ranked[0]
    best = usable[place]
    equals = (usable[other] for other_rank, _, other in ranked[1:] if other_rank == rank)
    others = (f"{one['index']} {one['name']}" for one in equals if _is_another(one, best))
    return Found(best, _model(best, models), tuple(others))


def _fit(wanted: str, name: str, model: str) -> int | None:
    """How well a name fits: 0 is best; None for not at all."""
    if wanted in (name, f"{name}, {model}"):
        return 0
    if len(name) in (CUT - 1, CUT) and _same(wanted.removesuffix(f", {model}"), name):
        return 1
    if model and wanted.endswith(f", {model}"):
        wanted = wanted.removesuffix(f", {model}")
    if name.startswith(wanted):
        return 2
    return 3 if wanted in name else None


def _same(one: str, other: str) -> bool:
    """Whether both name one device, which one of them may have cut."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) in (CUT - 1, CUT) and long.startswith(short))


def _is_another(one: Mapping[str, Any], best: Mapping[str, Any]) -> bool:
    """Whether it is another device, and not one device of another driver: a driver lists each once."""
    return one.get("hostapi") == best.get("hostapi") or not _same(plain(one["name"]), plain(best["name"]))


def _model(device: Mapping[str, Any], models: Sequence[str]) -> str:
    number = device.get("hostapi", -1)
    return models[number] if 0 <= number < len(models) else ""


def _preference(device: Mapping[str, Any], models: Sequence[str]) -> int:
    """The driver models with the shortest delays first."""
    name = _model(device, models).casefold()
    return next((place for place, model in enumerate(_MODELS) if model in name), len(_MODELS))
