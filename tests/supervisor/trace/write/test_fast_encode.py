"""The quick way to write a handled line says the same as the thorough one."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.message import Envelope, Message
from actors.kernel.record import Handled
from supervisor.trace.records import decode_line
from supervisor.trace.write.encode import Encoder
from supervisor.trace.write.fast_encode import encoded, usual_line
from supervisor.trace.write.redaction import Redaction


class Uttered(Message):
    text: str
    number: int = 0
    loud: float = 0.0


text = st.text(max_size=20)
# An address is never in more than one line, and no reader believes one that is.
address = st.one_of(
    st.sampled_from(["world", "vision.detector/2", "listener/7", "a~io"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=20),
)
seconds = st.floats(0.0, 2e9, allow_nan=False)
messages = st.builds(
    Uttered, text, st.integers(-(2**40), 2**40), st.floats(allow_nan=False, allow_infinity=False)
)
envelopes = st.builds(
    Envelope,
    address,
    st.integers(0, 99),
    st.integers(0, 10**9),
    address,
    messages,
    text,
    st.integers(0, 999),
    text,
    st.booleans(),
    seconds,
)
timers = st.lists(st.tuples(st.integers(1, 99), st.floats(0.0, 1e6), text), max_size=2)
versions = st.one_of(st.none(), st.tuples(st.integers(0, 9), st.integers(0, 10**6)))


@given(
    envelopes,
    seconds,
    seconds,
    seconds,
    st.lists(envelopes, max_size=3),
    timers,
    st.lists(st.integers(1, 99), max_size=2),
    versions,
    address,
)
def test_both_ways_read_back_as_the_same_line(
    envelope: Envelope,
    begun: float,
    ended: float,
    wall: float,
    sent: list[Envelope],
    timers_set: list[tuple[int, float, str]],
    cancelled: list[int],
    version: tuple[int, int] | None,
    by: str,
) -> None:
    record = Handled(
        envelope, begun, ended, wall, tuple(sent), tuple(timers_set), tuple(cancelled), version, None, by
    )
    encoder = Encoder(Redaction())
    thorough = encoder._json.encode(encoder._handled(record))
    quick, *rest = encoded([usual_line(record), msgspec.Raw(thorough), usual_line(record)])
    assert decode_line(quick) == decode_line(thorough)
    assert rest == [thorough, quick], "each line stays whole among others"
    assert encoder.encode([record]).data == [quick]
