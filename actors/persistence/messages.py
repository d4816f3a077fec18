"""The persistence room's door. What passes it is the kernel's protocol, so that every domain can speak it."""

from actors.kernel.protocol import Committed, LoadState, SaveFailed, SaveState, StateLoaded

__all__ = ["Committed", "LoadState", "SaveFailed", "SaveState", "StateLoaded"]
