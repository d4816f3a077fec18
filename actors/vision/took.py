"""How long pictures take, for people to read: pure."""

import msgspec

_NEWEST = 0.2  # weight of the newest picture in the average
_MUCH = 1.5  # factor by which the average must differ from what was told before it is worth telling again


class Took(msgspec.Struct, frozen=True):
    """seconds: a picture takes, on average of the last ones. told: what was said of it last, 0.0 for nothing."""

    seconds: float = 0.0
    told: float = 0.0

    def after(self, seconds: float) -> "Took":
        """What is known after one more picture."""
        known = self.seconds + _NEWEST * (seconds - self.seconds) if self.seconds else seconds
        return Took(known, self.told)

    @property
    def is_news(self) -> bool:
        """Whether what was told is wrong by much."""
        return not self.told / _MUCH <= self.seconds <= self.told * _MUCH

    def __str__(self) -> str:
        return f"{self.seconds * 1000.0:.0f} ms a picture"


def told(took: Took) -> Took:
    """As it is once it was told."""
    return Took(took.seconds, took.seconds)
