"""A domain as it is encoded: its state and its subscriptions, cut into parts, and put together again. Pure.

A part is small enough that encoding it holds nobody up: the first is the document without the entries of one large
mapping, the others are these entries, some hundred at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar, get_args

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.state import patch
from actors.kernel.state.lazy_entries import Entries
from actors.vocabulary.type_names import durable

__all__ = [
    "Document",
    "Migration",
    "Restored",
    "Subscription",
    "TooNew",
    "TooOld",
    "Unfit",
    "count_parts",
    "encoded_part",
    "migrated",
    "restored",
]

S = TypeVar("S", bound=msgspec.Struct)

ENTRIES = 32
"""Entries of the large mapping in one part."""

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""From a state as plain data to the same in the next schema version. Pure."""


class TooNew(StateError):
    """Written by a later version of Gerald, which alone may touch it."""


class TooOld(StateError):
    """Of a schema version from which no migration leads to today's."""


class Unfit(StateError):
    """Not what a state of this domain looks like; says why."""


@durable("kernel.Subscription")
class Subscription(msgspec.Struct, frozen=True, gc=False):
    """Who is told when what is at `path` ("" for anything) changes."""

    address: str
    path: str = ""


@durable("kernel.Document")
class Document(msgspec.Struct, Generic[S], frozen=True):
    """What is stored of a domain."""

    state: S
    subscriptions: tuple[Subscription, ...] = ()


class Restored(msgspec.Struct, Generic[S], frozen=True):
    """A document as it was stored. exact: changes can build on the stored one; else it has to be stored whole first,
    because a field came or went that no migration tells of."""

    document: Document[S]
    exact: bool


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


def count_parts(state: msgspec.Struct, parted: str) -> int:
    """How many parts a state is stored in. parted: the field with the large mapping, "" for none."""
    if not parted:
        return 1
    return 1 + -(-len(getattr(state, parted)) // ENTRIES)


def encoded_part(document: Document[Any], parted: str, part: int) -> bytes:
    """Part `part` of the document, as MessagePack."""
    if not parted:
        return _encoder.encode(document)
    whole: Mapping[str, Any] = getattr(document.state, parted)
    if part == 0:
        rest = msgspec.structs.replace(document.state, **{parted: {}})
        return _encoder.encode(msgspec.structs.replace(document, state=rest))
    first = (part - 1) * ENTRIES
    return _encoder.encode(dict(islice(whole.items(), first, first + ENTRIES)))


def restored(
    like: Document[S],
    parts: tuple[bytes, ...],
    changes: Iterable[tuple[int, bytes]],
    *,
    parted: str = "",
    schema: int = 1,
    now: int = 1,
    migrations: Mapping[int, Migration] | None = None,
) -> Restored[S]:
    """The document of a snapshot's `parts`, of schema version `schema`, after `changes` (schema version and patch), in
    today's schema version `now`.

    like: any document of that domain. Raises TooNew, TooOld, or Unfit.
    """
    stored = tuple(changes)
    if schema == now and not stored:
        unchanged = _as_it_is(like, parts, parted)
        if unchanged is not None:
            return unchanged
    as_today = schema == now and all(written == now for written, _ in stored)
    plain = _plain(parts, parted, as_stored=as_today)
    at = schema
    if at > now:
        raise _too_new(at, now)
    for written, steps in stored:
        if written > now:
            raise _too_new(written, now)
        if written > at:
            plain["state"] = migrated(plain.get("state"), at, written, migrations or {})
            at = written
        try:
            patch.apply(plain, steps)
        except patch.PatchError as error:
            raise Unfit(f"a stored change cannot be applied: {error}") from None
    plain["state"] = migrated(plain.get("state"), at, now, migrations or {})
    return _typed(like, plain, parted)


def _typed(like: Document[S], plain: dict[str, Any], parted: str) -> Restored[S]:
    kind, inner = type(like.state), plain["state"]
    entries, exact = None, True
    try:
        if isinstance(inner, dict) and isinstance(inner.get(parted), Entries):
            entries, exact = inner[parted].typed(_entry_type(kind, parted))
        state = msgspec.convert(inner, kind)
        subscriptions = msgspec.convert(plain.get("subscriptions", ()), tuple[Subscription, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit(str(error)) from None
    encoded = _encoder.encode(Document(state, subscriptions))
    # Usually alike to the byte; making plain values of a large state once more would take several times its size.
    exact = exact and (encoded == _encoder.encode(plain) or _decoder.decode(encoded) == plain)
    if entries is not None:
        state = msgspec.structs.replace(state, **{parted: entries})
    return Restored(Document(state, subscriptions), exact)


def _entry_type(kind: type[msgspec.Struct], parted: str) -> Any:
    mapping = next(field.type for field in msgspec.structs.fields(kind) if field.name == parted)
    return (get_args(mapping) or (str, Any))[-1]


def _as_it_is(like: Document[S], parts: tuple[bytes, ...], parted: str) -> Restored[S] | None:
    """The usual and by far the fastest way: today's schema version and no changes. None where it is not that simple."""
    try:
        first = msgspec.msgpack.decode(parts[0], type=Document[type(like.state)])  # type: ignore[misc]
        document = first
        if parted:
            kind = next(f.type for f in msgspec.structs.fields(type(like.state)) if f.name == parted)
            entries = dict(getattr(first.state, parted))
            for part in parts[1:]:
                entries |= msgspec.msgpack.decode(part, type=kind)
            document = Document(
                msgspec.structs.replace(first.state, **{parted: entries}), first.subscriptions
            )
        exact = count_parts(document.state, parted) == len(parts) and all(
            encoded_part(document, parted, number) == part for number, part in enumerate(parts)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError):
        return None
    return Restored(document, exact=True) if exact else None


def _plain(parts: tuple[bytes, ...], parted: str, *, as_stored: bool) -> dict[str, Any]:
    """as_stored: the large mapping's entries stay as they are stored until one is needed."""
    try:
        plain = _decoder.decode(parts[0])
        if not isinstance(plain, dict) or not isinstance(plain.get("state"), dict):
            raise Unfit("the stored state is not a map")
        if as_stored and plain["state"].get(parted) == {}:
            plain["state"][parted] = entries = Entries()
            for part in parts[1:]:
                entries.add(part)
            return plain
        for part in parts[1:]:
            plain["state"][parted].update(_decoder.decode(part))
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
    ) as error:
        raise Unfit(f"the stored state cannot be read: {error}") from None
    return plain


def migrated(state: Any, schema: int, to: int, migrations: Mapping[int, Migration]) -> Any:
    """A state as plain data, brought from one schema version to a later one. Raises TooOld, or Unfit."""
    for step in range(schema, to):
        if step not in migrations:
            raise TooOld(
                f"it was written by an earlier version of Gerald (schema version {schema}; this version reads none"
                f" before {step + 1})"
            )
        try:
            state = migrations[step](state)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unfit(f"it does not migrate from schema version {step}: {error!r}") from None
    return state


def _too_new(schema: int, now: int) -> TooNew:
    return TooNew(
        f"it was written by a later version of Gerald (schema version {schema}; this version knows {now})"
    )
