"""The invariant of `llm.models`: where a server fails before its first word, the next one answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from actors.kernel.record import Handled, Stopped
from actors.llm.messages import LLM, CompletionFailed, SentenceReady

PASSED_ON = frozenset({"rate_limited", "server_error", "timeout", "unreachable"})
"""The kinds of failure of the first server; the second one of a simulated list never fails."""


@dataclass(slots=True)
class Takeover:
    """is_list: whether there is another server."""

    _is_list: bool
    _fault: Callable[[str], None]
    _begun: set[int] = field(default_factory=set)

    def stopped(self, record: Stopped) -> None:
        """A successor knows nothing of the replies before."""
        if record.address == LLM:
            self._begun.clear()

    def llm(self, record: Handled) -> None:
        """Check which turns failed without a word."""
        for envelope in record.sent if self._is_list else ():
            message = envelope.message
            if isinstance(message, SentenceReady):
                self._begun.add(message.turn)
            elif isinstance(message, CompletionFailed) and self._could_pass_on(message):
                what = f"turn {message.turn} failed ({message.kind})"
                self._fault(f"takeover: {what}, and no other server was asked")

    def _could_pass_on(self, failed: CompletionFailed) -> bool:
        return failed.kind in PASSED_ON and failed.turn not in self._begun
