"""Code and tables are taken out of a growing reply as blocks of several lines, to be read and not heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.llm.text.blocks import LONGEST, Blocks, Segment
from actors.llm.text.reply import SpokenReply

CODE = "Like this:\n```python\nfor n in range(3):\n    print(n)\n```\nEasy!"
TABLE = "Here they are.\n| name | price |\n|:--|--:|\n| tea | 2 |\n\nNot much."


def said(text: str, size: int = 1) -> list[str]:
    reply = SpokenReply()
    pieces = [text[n : n + size] for n in range(0, len(text), size)]
    return [*(sentence for piece in pieces for sentence in reply.feed(piece)), *reply.finish()]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (CODE, ["Like this:", "for n in range(3):\n    print(n)", "Easy!"]),
        (TABLE, ["Here they are.", "name | price\ntea | 2", "Not much."]),
        ("```\na\nb", ["a\nb"]),
        ("Type ```ls``` now.", ["Type ls now."]),
        ("```sh\nls -l\n```", ["ls -l"]),
        ("| alone |", ["| alone |"]),
        ("Yes | no.", ["Yes | no."]),
    ],
)
def test_what_is_to_be_read_is_one_piece_of_several_lines(text: str, sentences: list[str], size: int) -> None:
    assert said(text, size) == sentences


@given(st.text("ab`|\n -.", max_size=80), st.integers(1, 9))
def test_nothing_is_lost_and_slices_change_nothing(text: str, size: int) -> None:
    def taken(size: int) -> list[Segment]:
        blocks = Blocks()
        found = [s for n in range(0, len(text), size) for s in blocks.feed(text[n : n + size])]
        return [*found, *blocks.flush()]

    def merged(segments: list[Segment]) -> list[tuple[str, bool]]:
        runs: list[tuple[str, bool]] = []
        for one in segments:
            if runs and not one.block and not runs[-1][1]:
                runs[-1] = (runs[-1][0] + one.text, False)
            else:
                runs.append((one.text, one.block))
        return runs

    assert merged(taken(size)) == merged(taken(len(text) or 1))
    letters = "".join(one.text for one in taken(size))
    assert [c for c in letters if c in "ab."] == [c for c in text if c in "ab."] or "```" in text


def test_a_block_without_an_end_is_passed_on_in_parts() -> None:
    blocks = Blocks()
    found = blocks.feed("```\n" + "x = 1\n" * LONGEST)
    assert sum(len(one.text) for one in found) > LONGEST
