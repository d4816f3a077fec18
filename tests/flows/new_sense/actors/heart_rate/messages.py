"""What the sense of the heart accepts and announces."""

from actors.kernel.message import Message
from actors.vocabulary.addresses import Address

HEART = Address("heart")


class GetHeartRate(Message):
    """How fast it beats; answered by HeartRateIs."""


class HeartRateIs(Message):
    """Beats per minute, 0 for not known; excited: more of them than `heart_rate.excited_above`."""

    bpm: int
    excited: bool
