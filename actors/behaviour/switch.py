"""The panic switch: an avatar's parameter of the owner's choice that ends every act while it is on. Pure."""

import msgspec

from actors.avatar.messages import ParameterIs
from actors.kernel.actor import AskFailed, Reply
from actors.osc.messages import ParametersChanged
from actors.vocabulary.type_names import durable


@durable("behaviour.Switch")
class Switch(msgspec.Struct, frozen=True):
    """on: nothing may be done. unknown: it may be on, for VRChat says a parameter again only when it changes."""

    on: bool = False
    unknown: bool = False

    def changed(self, name: str, message: ParametersChanged) -> "tuple[Switch, bool]":
        """After these parameters changed, and whether all must stop. name: of the switch's own."""
        on = bool(message.values[name])
        return Switch(on), not self.on and (on or name in message.touched)

    def told(self, name: str | None, answer: Reply | AskFailed) -> "Switch | None":
        """After the avatar answered how it stood; None when it has to be asked again. What came since is newer."""
        told = answer.message if isinstance(answer, Reply) else None
        if not isinstance(told, ParameterIs):
            return None
        return Switch(bool(told.value)) if self.unknown and told.name == name else self
