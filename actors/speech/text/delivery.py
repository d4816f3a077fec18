"""What a voice is given to say of a sentence, and when it says that something stands in the chat instead."""

from collections.abc import Mapping

from actors.speech.text.said_words import in_chat
from actors.speech.text.scripts import readable
from actors.speech.text.spoken_form import spoken

AGAIN = 30.0  # seconds within which it is not said again that something is in the chat


class Delivery:
    """Used by one thread."""

    def __init__(self) -> None:
        self._mentioned = -AGAIN

    def words(
        self,
        text: str,
        language: str,
        pronunciations: Mapping[str, str],
        now: float,
        unread: tuple[str, ...] = (),
    ) -> str:
        """What a voice of `language` says of `text`; "" for nothing. now: monotonic seconds. unread: as of a Voice."""
        if "\n" in text.strip():
            return self._mention(language, now)
        said = spoken(text, language, pronunciations)
        return readable(said, language, unread) or (self._mention(language, now) if said else "")

    def _mention(self, language: str, now: float) -> str:
        if now - self._mentioned < AGAIN:
            return ""
        self._mentioned = now
        return in_chat(language)
