"""The stored form of a domain: its state and its subscriptions, encoded in parts. Pure.

Encoding a part takes little time: the first is the document without the entries of one large mapping, the others are
these entries, a few at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Generic, TypeVar, get_args

import msgspec

from actors.kernel.errors import StateError
from actors.kernel.state import patch
from actors.kernel.state.lazy_entries import Entries
from actors.vocabulary.type_names import durable

S = TypeVar("S", bound=msgspec.Struct)

ENTRIES = 32
"""Entries of the large mapping in one part."""

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts a state as plain data to the next schema version. Pure."""


class TooNew(StateError):
    """The state was written by a later version of Gerald."""


class TooOld(StateError):
    """No migration leads from the state's schema version to today's."""


class Unfit(StateError):
    """The data is not a state of this domain; the text says why."""


@durable("kernel.Subscription")
class Subscription(msgspec.Struct, frozen=True, gc=False):
    """`address` is told of changes at `path` ("" for anywhere)."""

    address: str
    path: str = ""


@durable("kernel.Document")
class Document(msgspec.Struct, Generic[S], frozen=True):
    """What is stored of a domain."""

    state: S
    subscriptions: tuple[Subscription, ...] = ()


class Restored(msgspec.Struct, Generic[S], frozen=True):
    """A document that was read. exact: changes can build on what is stored; else a field came or went without
    migration, and a snapshot must be stored first."""

    document: Document[S]
    exact: bool


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder()


def count_parts(state: msgspec.Struct, parted: str) -> int:
    """The number of parts of a state. parted: the field with the large mapping, "" for none."""
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
    """The document of a snapshot's `parts`, in schema version `schema`, after `changes` (schema version and patch),
    migrated to schema version `now`. like: any document of the domain. Raises TooNew, TooOld, or Unfit.
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
            entry_type = (get_args(_field_type(kind, parted)) or (str, Any))[-1]
            entries, exact = inner[parted].typed(entry_type)
        state = msgspec.convert(inner, kind)
        subscriptions = msgspec.convert(plain.get("subscriptions", ()), tuple[Subscription, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unfit(str(error)) from None
    encoded = _encoder.encode(Document(state, subscriptions))
    # Usually equal to the byte: decoding a large state once more would take several times its size.
    exact = exact and (encoded == _encoder.encode(plain) or _decoder.decode(encoded) == plain)
    if entries is not None:
        state = msgspec.structs.replace(state, **{parted: entries})
    return Restored(Document(state, subscriptions), exact)


def _field_type(kind: type[msgspec.Struct], name: str) -> Any:
    return next(field.type for field in msgspec.structs.fields(kind) if field.name == name)


def _as_it_is(like: Document[S], parts: tuple[bytes, ...], parted: str) -> Restored[S] | None:
    """The usual and fastest case: today's schema version and no changes. None in any other case."""
    try:
        document = msgspec.msgpack.decode(parts[0], type=Document[type(like.state)])  # type: ignore[misc]
        if parted:
            entries = dict(getattr(document.state, parted))
            for part in parts[1:]:
                entries |= msgspec.msgpack.decode(part, type=_field_type(type(like.state), parted))
            state = msgspec.structs.replace(document.state, **{parted: entries})
            document = Document(state, document.subscriptions)
        exact = count_parts(document.state, parted) == len(parts) and all(
            encoded_part(document, parted, number) == part for number, part in enumerate(parts)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, LookupError, TypeError):
        return None
    return Restored(document, exact=True) if exact else None


def _plain(parts: tuple[bytes, ...], parted: str, *, as_stored: bool) -> dict[str, Any]:
    """as_stored: the entries of the large mapping are decoded when one is needed."""
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
    """A state as plain data, migrated to a later schema version. Raises TooOld, or Unfit."""
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
