"""Windows of X11 (XWayland's among them), by python-xlib."""

from collections.abc import Iterator
from typing import Any

from Xlib import X, display
from Xlib.error import DisplayError, XError
from Xlib.xobject.drawable import Window

from actors.vision.camera.device import SourceBroken
from actors.vision.camera.window import Region, is_called

DEPTH = 3  # levels of windows that are looked through where no window manager lists them
MOST = 2000


class X11Windows:
    """See WindowFinder."""

    def __init__(self) -> None:
        try:
            self._display = display.Display()
        except (DisplayError, OSError, ValueError) as error:
            raise SourceBroken(
                f"there is no X server: {error}", "start Gerald where the game's screen is (DISPLAY)"
            ) from None
        self._root: Window = self._display.screen().root
        self._list = self._display.intern_atom("_NET_CLIENT_LIST")
        self._name = self._display.intern_atom("_NET_WM_NAME")

    def find(self, title: str) -> Region | None:
        """See WindowFinder. A window may go while it is asked about."""
        try:
            for window in self._windows():
                region = self._region(window, title)
                if region is not None:
                    return region
        except (XError, DisplayError, OSError) as error:
            raise SourceBroken(f"the X server does not answer: {error}", "start it again") from None
        return None

    def close(self) -> None:
        """Let go of the X server."""
        self._display.close()

    def _windows(self) -> Iterator[Window]:
        listed = self._root.get_full_property(self._list, X.AnyPropertyType)
        if listed is None or not len(listed.value):
            yield from self._below(self._root, DEPTH)
            return
        for number in listed.value[:MOST]:
            yield self._display.create_resource_object("window", number)

    def _below(self, window: Window, depth: int) -> Iterator[Window]:
        for child in window.query_tree().children[:MOST]:
            yield child
            if depth > 1:
                yield from self._below(child, depth - 1)

    def _region(self, window: Window, title: str) -> Region | None:
        """Where the window is, if it is visible and called so."""
        try:
            if not is_called(self._title(window), title):
                return None
            if window.get_attributes().map_state != X.IsViewable:
                return None
            size = window.get_geometry()
            corner = window.translate_coords(self._root, 0, 0)
        except XError:
            return None
        # The answer says where the root's corner is, seen from the window.
        return Region(-corner.x, -corner.y, size.width, size.height)

    def _title(self, window: Window) -> str:
        named: Any = window.get_full_property(self._name, X.AnyPropertyType)
        value = named.value if named is not None else window.get_wm_name()
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
