"""One override is taken away, and all others stay."""

import pytest

from config.layers.overrides import removed

PLAIN = {"audio": {"volume": 1}, "llm": {"model": "m", "retries": 1}, "osc": {"input_port": 9001}}


@pytest.mark.parametrize(
    ("key", "left"),
    [
        (("llm", "model"), {**PLAIN, "llm": {"retries": 1}}),
        (("audio", "volume"), {"llm": PLAIN["llm"], "osc": PLAIN["osc"]}),
        (("osc",), {"audio": PLAIN["audio"], "llm": PLAIN["llm"]}),
        (("llm", "nothing"), PLAIN),
        (("nothing",), PLAIN),
    ],
)
def test_only_what_is_named_is_taken_away(key: tuple[str, ...], left: dict[str, object]) -> None:
    assert removed(PLAIN, key) == left
