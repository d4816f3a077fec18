"""Makes structs ready for threads.

msgspec learns what it needs of a struct when that is first decoded, and shows what it has learned so far to every other
thread: one that decodes the same struct meanwhile follows a null pointer, and the process is gone (msgspec 0.22). So
the structs that a process knows are used once, by one thread, before others do."""

import contextlib
import threading
import weakref
from collections.abc import Iterator

import msgspec

_lock = threading.Lock()
_used: "weakref.WeakSet[type]" = weakref.WeakSet()


def use_structs_once() -> None:
    """Have msgspec learn every struct that is defined by now. For after imports, before threads; again costs little."""
    with _lock:
        for struct in tuple(_below(msgspec.Struct)):
            if struct not in _used:
                # A few hold what only lives in memory, and are never decoded.
                with contextlib.suppress(TypeError, NameError):
                    msgspec.msgpack.Decoder(struct)
                _used.add(struct)


def _below(struct: type) -> Iterator[type]:
    below: list[type] = struct.__subclasses__()
    for one in below:
        yield one
        yield from _below(one)
