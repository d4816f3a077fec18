"""Whether a stream is where it should be."""

import pytest

from actors.audio.devices.sound_server import Place, displacement


@pytest.mark.parametrize(
    ("first", "now", "follows", "why"),
    [
        (("cable", "speakers"), ("cable", "speakers"), False, ""),
        (("cable", "speakers"), ("cable", "headset"), False, ""),
        (("cable", "speakers"), ("speakers", "speakers"), False, "moved the stream to speakers"),
        (("cable", "cable"), ("cable", "headset"), True, "the default is headset now"),
        (("mic", "mic"), ("out.monitor", "out.monitor"), True, "nothing is left but what the speaker"),
        (("mic", "mic"), ("other", "mic"), True, "moved the stream to other"),
        (("mic", ""), ("mic", ""), True, ""),
    ],
)
def test_a_stream_belongs_where_it_was_opened_and_that_of_the_default_follows_the_default(
    first: tuple[str, str], now: tuple[str, str], follows: bool, why: str
) -> None:
    said = displacement(Place(*first), Place(*now), follows)
    assert why in said
    assert bool(said) == bool(why)
