"""Sound made ready for a guess, before anybody knows whether it will be heard. Plain bookkeeping."""

import msgspec

from actors.speech.internal import PieceReady

_REMEMBERED = 16  # guesses that came to nothing, whose late requests are not begun


class PreparedSentence(msgspec.Struct):
    """A sentence on its way to become sound. turn: 0 until a turn has taken it over."""

    text: str
    pieces: tuple[PieceReady, ...] = ()
    turn: int = 0


class PreparedSound:
    """What there is of one guess at a time. Only `turn_of` is for any thread."""

    def __init__(self) -> None:
        self._guess = 0
        self._sentences: dict[int, PreparedSentence] = {}
        self._dropped: tuple[int, ...] = ()

    def begin(self, guess: int, sentence: int, text: str) -> bool:
        """Whether `sentence` of `guess` is to be made; the guess before is over."""
        if guess in self._dropped:
            return False
        if guess != self._guess:
            self._guess, self._sentences = guess, {}
        if sentence in self._sentences:
            return False
        self._sentences[sentence] = PreparedSentence(text)
        return True

    def drop(self, guess: int) -> None:
        """The guess came to nothing; what a turn has taken over goes on."""
        self._dropped = (*self._dropped, guess)[-_REMEMBERED:]
        if guess == self._guess:
            self._sentences = {n: one for n, one in self._sentences.items() if one.turn}

    def take(self, guess: int, sentence: int, text: str, turn: int) -> tuple[PieceReady, ...] | None:
        """The pieces so far, which are heard as that of `turn` from now on; None: it was not this that was made."""
        prepared = self._sentences.get(sentence) if guess and guess == self._guess else None
        if prepared is None or prepared.text != text:
            return None
        prepared.turn = turn
        pieces, prepared.pieces = prepared.pieces, ()
        return tuple(msgspec.structs.replace(piece, turn=turn) for piece in pieces)

    def add(self, piece: PieceReady) -> PieceReady | None:
        """Keep a piece of a guess; or give it back for the turn that has taken over its sentence."""
        prepared = self._sentences.get(piece.sentence) if piece.guess == self._guess else None
        if prepared is None:
            return None
        if prepared.turn:
            return msgspec.structs.replace(piece, turn=prepared.turn)
        prepared.pieces = (*prepared.pieces, piece)
        return None

    def fail(self, guess: int, sentence: int) -> int:
        """The sentence could not be spoken; the turn that had taken it over, or 0."""
        prepared = self._sentences.pop(sentence, None) if guess == self._guess else None
        return prepared.turn if prepared is not None else 0

    def turn_of(self, guess: int, sentence: int) -> int | None:
        """The turn that has taken over the sentence, 0 for none yet; None when nobody wants it any more."""
        prepared = self._sentences.get(sentence) if guess == self._guess else None
        return prepared.turn if prepared is not None else None
