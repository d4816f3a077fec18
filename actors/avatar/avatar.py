"""Interim."""
import msgspec
from actors.kernel.domain import DomainActor
class AvatarState(msgspec.Struct, frozen=True):
    x: str = ""
class Avatar(DomainActor[AvatarState]):
    domain = "avatar"
    def __init__(self) -> None:
        super().__init__(AvatarState())
