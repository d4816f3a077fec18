"""What one process has learned of the servers it asks, by server and model."""

from collections.abc import Sequence

import msgspec

from actors.llm.http.chunks import ServerError
from actors.llm.http.fit import is_too_long, next_limit
from actors.llm.http.learned import Learned, learn
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Endpoint
from actors.llm.text.hidden import opens_in_thought

MOST = 8  # lessons of one server: one that refuses everything is not asked for ever


class _Known(msgspec.Struct):
    learned: Learned = Learned()
    lessons: int = 0
    opens_in_thought: bool | None = None


class Knowledge:
    """Used by one thread. Not saved: after a restart a repaired server is asked normally again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Known] = {}

    def of(self, endpoint: Endpoint) -> Learned:
        """How this server wants to be asked."""
        return self._about(endpoint).learned

    def learn(
        self, endpoint: Endpoint, error: ServerError | None, prompt: Sequence[ChatMessage] = ()
    ) -> bool:
        """Whether the refusal of `prompt` teaches how to ask again."""
        known = self._about(endpoint)
        if error is None or known.lessons >= MOST:
            return False
        if is_too_long(error):
            limit = next_limit(prompt, known.learned.longest)
            lesson = None if limit is None else msgspec.structs.replace(known.learned, longest=limit)
        else:
            lesson = learn(known.learned, dict(endpoint.options), error)
        if lesson is None:
            return False
        known.learned, known.lessons = lesson, known.lessons + 1
        return True

    def opens_in_thought(self, endpoint: Endpoint) -> bool | None:
        """Whether replies begin inside a thought (actors.llm.text.hidden): as seen, else by the model's name."""
        seen = self._about(endpoint).opens_in_thought
        return opens_in_thought(endpoint.model) if seen is None else seen

    def note_reply(self, endpoint: Endpoint, opened: bool | None) -> None:
        """A whole reply did begin so, or did not; None: it does not tell."""
        if opened is not None:
            self._about(endpoint).opens_in_thought = opened

    def _about(self, endpoint: Endpoint) -> _Known:
        return self._known.setdefault((endpoint.base_url, endpoint.model), _Known())
