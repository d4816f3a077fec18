"""What the system's domain accepts and announces: the bot's own performance, errors and modules."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address

SYSTEM = Address("system")


class StageReached(Message):
    """A turn reached `stage` at `at` (epoch seconds). seconds: what the stage took, 0 for an instant.

    Stages: speech_ended, end_of_speech (silence waited for), recognition, first_token, first_sentence, synthesis (to
    the first sound), first_audio (`seconds`: the device's own buffer), chatbox, reply_ended."""

    turn: int
    stage: str
    at: float
    seconds: float = 0.0


class ModuleChanged(Message):
    """An actor's health changed, or it started or stopped; sent by its supervisor."""

    address: str
    health: str
    reason: str = ""


class ModuleFailed(Message):
    """An incarnation of `address` died of `kind`."""

    address: str
    kind: str
    text: str
    at: float


class WatchStages(Message):
    """Forward every StageReached to `address` from now on; with `on` false no more."""

    address: str
    on: bool = True
