"""The list of an avatar's parameters, where it comes from, and how far it can be relied on; pure."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from actors.osc.messages import AvatarParameter, AvatarRead
from actors.osc.parameters import BUILT_IN

_NAMED = 3
Number = bool | int | float


class AvatarList(msgspec.Struct, frozen=True):
    """is_whole: the avatar has no other parameters. source: for people. note, remedy: what is wrong with it."""

    avatar_id: str = ""
    source: str = ""
    parameters: tuple[AvatarParameter, ...] = ()
    is_whole: bool = True
    note: str = ""
    remedy: str = ""
    is_of_query: bool = False
    is_of_file: bool = False

    @classmethod
    def of_query(cls, read: AvatarRead, avatar_id: str) -> "AvatarList":
        """What OSCQuery told; `avatar_id` where it did not tell that."""
        source = f"OSCQuery of {read.game}"
        return cls(read.avatar_id or avatar_id, source, read.parameters, is_of_query=True)

    @classmethod
    def of_file(cls, avatar_id: str, path: Path, parameters: tuple[AvatarParameter, ...]) -> "AvatarList":
        """What VRChat's file of the avatar says."""
        return cls(avatar_id, f"the file {path}", parameters, is_of_file=True)

    def value(self, name: str) -> Number | None:
        """The value of a parameter when the list was made; None where it was not told."""
        return next((one.value for one in self.parameters if one.name == name), None)

    def compared(self, felt: Mapping[str, object]) -> "AvatarList":
        """The list beside what the avatar really tells: a file that lacks some of it is older than the avatar."""
        known = {one.name for one in self.parameters}
        missing = sorted(name for name in felt if name not in known and name not in BUILT_IN)
        if not (self.is_of_file and missing):
            return self
        shown = ", ".join(missing[:_NAMED]) + ("..." if len(missing) > _NAMED else "")
        return msgspec.structs.replace(
            self,
            is_whole=False,
            note=f"VRChat's file of the avatar is older than the avatar: it lacks {shown}",
            remedy="in VRChat: Action Menu > Options > OSC > Reset Config",
        )
