"""`llm.moderator`: has what is to be said judged at the server of `safety.moderation`, and reports its health.

Promises: one answer to each request, after `safety.moderation.timeout` at the latest; while the server fails again and
again it rests, and what is asked meanwhile is answered at once, as not judged."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from actors.kernel.actor import Actor, handles
from actors.kernel.message import Asker
from actors.kernel.protocol.lifecycle import Health
from actors.llm.http.moderations import Check, Moderations
from actors.llm.internal import TextJudged
from actors.llm.messages import Moderated, ModerationRequested
from actors.llm.servers.providers import Endpoint
from actors.vocabulary.backoff import Backoff
from actors.vocabulary.type_names import durable
from config.schema import Llm, Safety

REST = Backoff(2.0, 60.0)  # seconds without a request, from the second failure in a row on
STOP_TIMEOUT = 1.0
REMEMBERED = 16  # verdicts: what was judged for a guess is asked again when the guess becomes the turn
MOST = 16  # texts that are judged at once
BEFORE = 240  # characters of what was said before that are judged along


@durable("llm.Moderator")
class Moderator(Actor):
    """See the module. judging: makes what asks the server."""

    deterministic = True

    def __init__(
        self,
        safety: Safety,
        llm: Llm,
        judging: Callable[[Callable[[Any, str], None]], Moderations] = Moderations,
    ) -> None:
        self._safety, self._llm = safety, llm
        self._open: dict[str, tuple[str, tuple[Asker, ...]]] = {}  # by request: the text, and who asked
        self._judged: deque[tuple[str, Moderated]] = deque(maxlen=REMEMBERED)
        self._texts = self._failures = self._in_a_row = 0
        self._rests_until, self._why = 0.0, ""
        self._said: tuple[Health, str, str] | None = None
        self._moderations = judging(lambda message, cause: self.post(message, cause))

    def on_start(self) -> None:
        self._say(Health.OK, self._note())

    def release(self) -> None:
        self._moderations.close(STOP_TIMEOUT)

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """What is being judged goes on as it began; what comes next goes by the new sections."""
        before = self._endpoint(), tuple(self._safety.moderation.block)
        self._safety = sections.get("safety", self._safety)
        self._llm = sections.get("llm", self._llm)
        if before != (self._endpoint(), tuple(self._safety.moderation.block)):
            self._judged.clear()
            self._in_a_row, self._rests_until = 0, 0.0
            self._say(Health.OK, self._note())
        return True

    @handles
    def on_requested(self, message: ModerationRequested) -> None:
        text = f"{message.before[-BEFORE:]} {message.text}".strip()
        known = next((verdict for one, verdict in self._judged if one == text), None)
        under_way = next((id for id, (one, _) in self._open.items() if one == text), "")
        if known is not None:
            self.reply(known)
        elif under_way:
            self._open[under_way] = (text, (*self._open[under_way][1], self.asker()))
        elif self.now() < self._rests_until:
            self.reply(Moderated(failed=self._why))
        elif len(self._open) >= MOST:
            self.reply(Moderated(failed="too many texts are being judged"))
        else:
            self._judge(self.cause(), text)

    def _judge(self, request: str, text: str) -> None:
        settings = self._safety.moderation
        self._open[request] = (text, (self.asker(),))
        check = Check(request, self._endpoint(), text, tuple(settings.block), settings.timeout)
        self.side_effect(lambda: self._moderations.submit(check))

    @handles
    def on_judged(self, message: TextJudged) -> None:
        text, askers = self._open.pop(message.request, ("", ()))
        self._texts += 1
        if message.kind:
            self._fail(message)
            verdict = Moderated(failed=message.owner)
        else:
            self._succeed(message)
            verdict = Moderated(message.categories)
            self._judged.append((text, verdict))
        for asker in askers:
            self.reply(verdict, asker)

    def _fail(self, message: TextJudged) -> None:
        self._failures += 1
        self._in_a_row += 1
        self._why = message.owner
        rest = max(REST.pause(self._in_a_row - 1), min(message.retry_after, REST.max))
        self._rests_until = self.now() + rest
        becomes = "is said" if self._safety.moderation.on_failure == "say" else "is withheld"
        reason = (
            f"{message.owner}; what cannot be judged {becomes} ({self._failures} of {self._texts} so far)"
        )
        self._say(Health.DEGRADED, reason, message.remedy)

    def _succeed(self, message: TextJudged) -> None:
        self._in_a_row, self._rests_until = 0, 0.0
        if message.unknown:
            named = ", ".join(message.known)
            reason = f"{self._endpoint().host}: it has no category {', '.join(message.unknown)}"
            self._say(Health.DEGRADED, reason, f"correct safety.moderation.block; it has {named}")
        else:
            self._say(Health.OK, self._note())

    def _note(self) -> str:
        failed = f"; {self._failures} of {self._texts} texts were not judged" if self._failures else ""
        endpoint = self._endpoint()
        return f"what is said is judged by {endpoint.label if endpoint.model else endpoint.host}{failed}"

    def _endpoint(self) -> Endpoint:
        """Its own key. The one of the section `llm` goes to that section's address only."""
        settings = self._safety.moderation
        base_url = (settings.base_url or "").rstrip("/")
        key = settings.api_key or (self._llm.api_key if base_url == self._llm.endpoint else None)
        return Endpoint(base_url, settings.model or "", key or None)

    def _say(self, health: Health, reason: str, remedy: str = "") -> None:
        if self._said != (health, reason, remedy):
            self._said = (health, reason, remedy)
            self.health(health, reason, remedy)
