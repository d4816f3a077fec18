"""Checks of the voice: it is never quieter or held for long, and what is taken up repeats no word."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.audio.internal import SoundHeard
from actors.audio.messages import Resume
from actors.conversation.reply.spoken_words import word_spans
from actors.kernel.record import Handled
from actors.speech.messages import SpeakRequested

FULL_WITHIN = 8.0
"""Seconds within which the voice is full again: longer than the speaker waits for a decision."""

REPORTS_EVERY = 0.25
NEAR = 0.25
"""Seconds between two reports of the speaker; and how far from its place a sentence may be taken up: where it is
quiet, and as often as is reported."""

Sentence = tuple[int, int]


@dataclass(slots=True)
class Voice:
    """well_since: since when the speaker works; None while it does not. eased: whether its voice is not full."""

    _now: Callable[[], float]
    _well_since: Callable[[], float | None]
    _eased: Callable[[], bool]
    _fault: Callable[[str], None]
    _eased_since: float | None = None
    _texts: dict[Sentence, str] = field(default_factory=dict)
    _stopped: dict[Sentence, tuple[float, float]] = field(default_factory=dict)
    _taken_up: dict[Sentence, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget everything: a new process."""
        self._eased_since = None
        self._texts.clear()
        self._stopped.clear()
        self._taken_up.clear()

    def look(self) -> None:
        """Check for how long the voice has not been full."""
        well, now = self._well_since(), self._now()
        if well is None or not self._eased():
            self._eased_since = None
            return
        since = self._eased_since = now if self._eased_since is None else self._eased_since
        if now - max(since, well) > FULL_WITHIN:
            self._fault(f"voice: it has been quieter or held since {since:.3f} s")
            self._eased_since = None

    def conversation(self, record: Handled) -> None:
        """Note the texts of sentences."""
        for envelope in record.sent:
            message = envelope.message
            if isinstance(message, SpeakRequested) and message.turn:
                self._texts[message.turn, message.sentence] = message.text

    def speaker(self, record: Handled) -> None:
        """Check where a sentence is taken up: with the first word that was not heard, and near the order's place."""
        message = record.envelope.message
        if isinstance(message, SoundHeard) and not message.going and message.whole:
            sentence = (message.turn, message.sentence)
            heard = max(message.seconds, self._stopped.get(sentence, (0.0, 0.0))[0])
            self._stopped[sentence] = (heard, message.length)
        elif isinstance(message, Resume):
            self._check_order(message)
        elif isinstance(message, SoundHeard) and message.going:
            self._check_sound(message)

    def _check_order(self, order: Resume) -> None:
        sentence = (order.turn, order.sentence)
        stopped, text = self._stopped.pop(sentence, None), self._texts.get(sentence)
        if stopped is None or text is None:
            return
        self._taken_up[sentence] = order.since
        heard, length = stopped
        unheard = [word.begin for word in word_spans(text) if word.heard_at > heard / length]
        if unheard and order.since < min(unheard[0] * length, heard) - 0.01:
            self._fault(
                f"voice: turn {order.turn} stopped {heard:.3f} s into sentence {order.sentence}"
                f" and is to say words again from {order.since:.3f} s on"
            )

    def _check_sound(self, report: SoundHeard) -> None:
        since = self._taken_up.pop((report.turn, report.sentence), None)
        if since is not None and report.seconds - REPORTS_EVERY < since - NEAR:
            self._fault(
                f"voice: sentence {report.sentence} of turn {report.turn} was to go on from {since:.3f} s on,"
                f" and {report.seconds:.3f} s of it are heard after {REPORTS_EVERY:g} s"
            )
