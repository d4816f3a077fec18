"""Windows of Windows, by user32."""

import ctypes
import sys

from actors.vision.camera.window import Region, is_called

if sys.platform == "win32":
    from ctypes import wintypes

    _user32 = ctypes.WinDLL("user32", use_last_error=True)
    _OnWindow = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)

    class Win32Windows:
        """See WindowFinder."""

        def __init__(self) -> None:
            # Without it, coordinates are scaled on screens of high density, and do not fit what is captured.
            _user32.SetProcessDPIAware()

        def find(self, title: str) -> Region | None:
            """See WindowFinder."""
            found: list[Region] = []

            def look(window: int, _: int) -> bool:
                if _user32.IsWindowVisible(window) and not _user32.IsIconic(window):
                    text = ctypes.create_unicode_buffer(512)
                    _user32.GetWindowTextW(window, text, len(text))
                    if is_called(text.value, title):
                        found.append(_inside(window))
                return not found

            _user32.EnumWindows(_OnWindow(look), 0)
            return next((region for region in found if region.width and region.height), None)

        def close(self) -> None:
            """Nothing is held."""

    def _inside(window: int) -> Region:
        """Where the window's inside is on the screen."""
        size, corner = wintypes.RECT(), wintypes.POINT(0, 0)
        _user32.GetClientRect(window, ctypes.byref(size))
        _user32.ClientToScreen(window, ctypes.byref(corner))
        return Region(corner.x, corner.y, size.right, size.bottom)
