"""A feed: one subject that changes by itself, and how it looks."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Fragments = Mapping[str, str]
"""HTML by the name of the place on the page that it belongs to (`sse-swap`)."""


@dataclass(frozen=True, slots=True)
class Feed:
    """topic: its name in the address, /live/TOPIC.

    read: blocks on a thread of its own, and yields what is new until the event is set; it may raise, and is then begun
    again after a pause. show: what has come, as fragments for somebody who may act, or for one who may only look.
    """

    topic: str
    read: Callable[[threading.Event], Iterator[Any]]
    show: Callable[[Any, bool], Fragments]
