"""Several sources of one feed, each on a thread of its own, read as one."""

import contextlib
import queue
import threading
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

Source = Callable[[threading.Event], Generator[Any]]
WAITING = 1000
"""How many items may wait; meanwhile their sources wait, too."""
LOOK_EVERY = 0.5
"""Seconds after which an end that somebody else has decided is noticed."""


class _Item(NamedTuple):
    """What a source yielded; or, with `last`, that it ended, and of which error."""

    value: Any
    last: bool = False
    error: Exception | None = None


def merged(stop: threading.Event, *sources: Source) -> Generator[Any]:
    """What the sources yield, as it comes, until `stop` is set. Ends with the first source that ends, and raises what
    one raises."""
    items: queue.Queue[_Item] = queue.Queue(WAITING)
    over = threading.Event()
    for source in sources:
        threading.Thread(target=_read, args=(source, over, items), name="feed source", daemon=True).start()
    try:
        while not stop.is_set():
            try:
                item = items.get(timeout=LOOK_EVERY)
            except queue.Empty:
                continue
            if item.error is not None:
                raise item.error
            if item.last:
                return
            yield item.value
    finally:
        over.set()


def _read(source: Source, over: threading.Event, items: queue.Queue[_Item]) -> None:
    end = _Item(None, last=True)
    try:
        with contextlib.closing(source(over)) as reading:
            for value in reading:
                if not _put(items, _Item(value), over):
                    return
    except Exception as error:  # for whoever reads all of them
        end = _Item(None, last=True, error=error)
    _put(items, end, over)


def _put(items: queue.Queue[_Item], item: _Item, over: threading.Event) -> bool:
    """False where nobody reads any more."""
    while not over.is_set():
        with contextlib.suppress(queue.Full):
            items.put(item, timeout=LOOK_EVERY)
            return True
    return False
