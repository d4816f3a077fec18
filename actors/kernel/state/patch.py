"""The difference between two states, as a patch that is stored and applied to the plain form of the older one. Pure.

The plain form is what MessagePack makes of a state: maps, lists, text, numbers. A patch is a sequence of steps, each
with the path (fields and keys) of what it sets, removes, or moves as a window: a bounded history drops items at its
front and adds some at its end.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

Path = tuple[str, ...]
Steps = Sequence[tuple[Any, ...]]

SET, REMOVE, WINDOW = 0, 1, 2
DEEPEST = 32
ORDERED = 256
"""Mappings of up to so many keys keep their order, which may tell what is oldest."""


class PatchError(ValueError):
    """Not a patch, or it does not fit what it is applied to; the text says where."""


class _Step(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A step as it is read: SET path what; REMOVE path; WINDOW path dropped added."""

    kind: int
    path: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    what: Any = msgspec.UNSET
    added: Any = msgspec.UNSET


_encoder = msgspec.msgpack.Encoder()
_decode = msgspec.msgpack.Decoder(list[_Step]).decode
_UNSET = msgspec.UNSET


def difference(old: msgspec.Struct, new: msgspec.Struct, paths: Sequence[Path] | None = None) -> Steps:
    """The steps from `old` to `new`, structs of one type. paths: the only places to compare; None compares all."""
    steps: list[tuple[Any, ...]] = []
    done: set[Path] = set()
    # Shortest first, and each place once: a repeated step would be wrong.
    for path in ((),) if paths is None else sorted(dict.fromkeys(paths), key=len):
        _differ_at(path, old, new, steps, done)
    return steps


def pack(steps: Steps) -> bytes:
    """The steps as they are stored."""
    return _encoder.encode(steps)


def apply(document: dict[str, Any], patch: bytes) -> None:
    """Apply a patch to the plain form `document`. Raises PatchError; then the document is unusable."""
    try:
        steps = _decode(patch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PatchError(f"no patch: {error}") from None
    for step in steps:
        try:
            # A start may apply ten thousand steps: the usual one is done here, without another call.
            path, what = step.path, step.what
            place = document
            for name in path[:-1]:
                place = place[name]
            if step.kind == SET and what is not _UNSET:
                place[path[-1]] = what
            else:
                _take(place, path[-1], step)
        except (LookupError, TypeError, ValueError) as error:
            raise PatchError(f"it does not fit at {'/'.join(step.path)!r}: {error!r}") from None


def reached(value: Any, path: Path) -> Any:
    """What is at `path` in a state; None where there is nothing."""
    for name in path:
        value = _step(value, name)
        if value is None or value is _NOTHING:
            return None
    return value


def _take(place: dict[str, Any], name: str, step: _Step) -> None:
    if step.kind == REMOVE:
        del place[name]
    elif step.kind == WINDOW:
        _move_window(place[name], step.what, step.added)
    else:
        raise ValueError(f"no such step: {step.kind!r}")


def _move_window(window: Any, dropped: int, added: Any) -> None:
    """In place, so that a thousand additions do not copy a long history a thousand times."""
    if not isinstance(window, list) or not isinstance(added, list):
        raise TypeError("no window is there")
    if not 0 <= dropped <= len(window):
        raise IndexError("less is there than is dropped")
    del window[:dropped]
    window += added


def _differ(path: Path, old: Any, new: Any, steps: list[tuple[Any, ...]]) -> None:
    if old is new:
        return
    deep = len(path) < DEEPEST
    if deep and isinstance(new, msgspec.Struct) and type(old) is type(new):
        for name in new.__struct_fields__:
            before, after = getattr(old, name), getattr(new, name)
            if before is not after:
                _differ((*path, name), before, after, steps)
    elif deep and _is_map(new) and _is_map(old):
        _differ_mapping(path, old, new, steps)
    elif isinstance(new, tuple) and isinstance(old, tuple) and new != old:
        dropped = _dropped(old, new)
        kept = len(old) - dropped
        steps.append((SET, path, new) if kept <= 0 else (WINDOW, path, dropped, new[kept:]))
    elif old != new:
        steps.append((SET, path, new))


def _differ_mapping(
    path: Path, old: Mapping[str, Any], new: Mapping[str, Any], steps: list[tuple[Any, ...]]
) -> None:
    if len(new) <= ORDERED and not _in_order(old, new):
        steps.append((SET, path, new))
        return
    get = old.get
    for key, after in new.items():
        before = get(key, _NOTHING)
        if before is _NOTHING:
            steps.append((SET, (*path, key), after))
        elif before is not after:
            _differ((*path, key), before, after, steps)
    if len(old) != len(new) or old.keys() != new.keys():
        steps += [(REMOVE, (*path, key)) for key in old if key not in new]


def _differ_at(path: Path, old: Any, new: Any, steps: list[tuple[Any, ...]], done: set[Path]) -> None:
    """`_differ` at `path`, which may exist in one of the two only, unless it is in `done`."""
    for depth, name in enumerate(path):
        here = path[:depth]
        if here in done:
            return
        if not _alike(old, new) or _rearranged(old, new):
            done.add(here)
            _differ(here, old, new, steps)
            return
        old, new = _step(old, name), _step(new, name)
        if old is _NOTHING or new is _NOTHING:
            here = path[: depth + 1]
            if old is not new and here not in done:
                done.add(here)
                steps.append((REMOVE, here) if new is _NOTHING else (SET, here, new))
            return
    done.add(path)
    _differ(path, old, new, steps)


def _is_map(value: Any) -> bool:
    # Asking an abstract class alone takes as long as the rest of a step.
    return type(value) is dict or isinstance(value, Mapping)


def _alike(old: Any, new: Any) -> bool:
    """Whether both can be compared item by item."""
    if isinstance(new, msgspec.Struct):
        return type(old) is type(new)
    return _is_map(new) and _is_map(old)


def _rearranged(old: Any, new: Any) -> bool:
    """Whether keys came, went or moved in a mapping that keeps its order."""
    return _is_map(new) and len(new) <= ORDERED and list(old) != list(new)


def _in_order(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether removing and appending keys turns the order of `old` into that of `new`."""
    if len(old) == len(new) and all(map(str.__eq__, old, new)):
        return True
    kept = [key for key in old if key in new]
    return kept == list(new)[: len(kept)]


_NOTHING: Any = object()


def _step(value: Any, name: str) -> Any:
    if isinstance(value, msgspec.Struct):
        return getattr(value, name) if name in value.__struct_fields__ else _NOTHING
    return value.get(name, _NOTHING) if _is_map(value) else _NOTHING


def _dropped(old: tuple[Any, ...], new: tuple[Any, ...]) -> int:
    """How many items to drop from the front of `old` so that `new` begins with the rest; all where there is no rest."""
    if not new or not old:
        return len(old)
    first = new[0]
    for start, item in enumerate(old):
        if (item is first or item == first) and old[start:] == new[: len(old) - start]:
            return start
    return len(old)
