"""Utterances put together from their pieces."""

from actors.speech.internal import UtteranceRecognized
from actors.speech.listening.utterances import WAITING, EndedUtterance, Utterances, text_of


def ended(at: float) -> EndedUtterance:
    return EndedUtterance((), at, at + 1.0, 0.2, 1.0, 0.9)


def heard(segment: int, text: str) -> UtteranceRecognized:
    return UtteranceRecognized(text, 0.0, 0.9, 0.1, segment, 0.0, 0.0)


def texts(utterances: Utterances) -> list[str]:
    return [text_of(pieces) for _, pieces in utterances.complete()]


def test_pieces_are_one_utterance_in_their_order_whatever_comes_first() -> None:
    utterances = Utterances()
    utterances.piece(1)
    assert utterances.before is None
    utterances.piece(2)
    utterances.end(ended(1.0))
    utterances.hear(heard(2, "over there."))
    assert texts(utterances) == []
    utterances.hear(heard(1, "It is"))
    assert texts(utterances) == ["It is over there."]
    assert utterances.needed == frozenset()


def test_an_utterance_without_words_does_not_keep_the_next_one_waiting() -> None:
    utterances = Utterances()
    utterances.end(ended(1.0))
    utterances.piece(2)
    utterances.end(ended(2.0))
    utterances.hear(heard(2, "Hello."))
    assert texts(utterances) == ["", "Hello."]


def test_more_than_a_few_that_wait_join_and_none_is_lost() -> None:
    utterances = Utterances()
    for number in range(1, WAITING + 4):
        utterances.piece(number)
        utterances.end(ended(float(number)))
    for number in range(1, WAITING + 4):
        utterances.hear(heard(number, f"{number}."))
    told = [(done.started_at, done.ended_at, text_of(pieces)) for done, pieces in utterances.complete()]
    assert [text for _, _, text in told] == ["1.", "2.", "3.", "4. 5. 6. 7."]
    assert told[-1][:2] == (4.0, 8.0)
