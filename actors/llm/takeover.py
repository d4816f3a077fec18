"""One server after another: who failed rests, is tried again when nobody waits for it, and comes back when it answers.

The next one takes over only where nothing was said yet, so that nothing is said twice."""

from actors.conversation.messages import CONVERSATION
from actors.kernel.protocol.lifecycle import Health
from actors.llm import internal
from actors.llm.http.job import Job
from actors.llm.local_wait import limit_the_wait, there_is_none
from actors.llm.messages import EmbeddedAnswers, LocalModelReady, LocalModelUnavailable
from actors.llm.owner import Owner
from actors.llm.requests.request_queue import QueuedRequest
from actors.llm.servers.order import PASSING
from actors.llm.servers.providers import Server

RECENT = 600.0  # seconds since the last request within which a server of somebody else is tried again


def pass_on(owner: Owner, request: QueuedRequest, broken: internal.ReplyBroken) -> bool:
    """Whether the next server takes over."""
    if request.sentences or request.server is None or not owner.servers.provider.is_list:
        return False
    rest(owner, request, broken)
    request.tried += (request.server.key,)
    request.streamed = None
    if owner.server(request.tried) is None and not owner.servers.awaits_local:
        return False
    owner.queue.enter(request, first=True)
    owner.begin_waiting()
    limit_the_wait(owner, request)
    return True


def rest(owner: Owner, request: QueuedRequest, broken: internal.ReplyBroken) -> None:
    """Leave a server of the list alone that failed before its first word."""
    server = request.server
    listed = server is not None and owner.servers.provider.is_list and not server.endpoint.is_local
    if server is not None and listed and not request.sentences and broken.kind not in PASSING:
        _leave_alone(owner, server, broken.owner, broken.retry_after)


def probe_if_due(owner: Owner, key: str) -> None:
    """Somebody else's server, where a request costs something, is tried while people talk."""
    server = owner.servers.to_probe(key, owner.now())
    if server is None:
        return
    if server.endpoint.is_private or owner.now() - owner.asked_at < RECENT:
        job = Job(f"probe: {key}", server.endpoint, (), server.limits, probes=key)
        owner.side_effect(lambda: owner.streams.submit(job))
    else:
        owner.servers.defer(key)


def probed(owner: Owner, message: internal.ServerProbed) -> None:
    """What came of a trial."""
    server = owner.servers.to_probe(message.server, owner.now())
    if server is None:
        return
    if message.kind:
        _leave_alone(owner, server, message.owner, message.retry_after)
        return
    owner.servers.recover(server.key)
    say_who_answers(owner)
    owner.begin_waiting()


def local_told(owner: Owner, message: LocalModelReady | LocalModelUnavailable) -> None:
    """The embedded model is up, or cannot be had."""
    if not owner.servers.provider.uses_local:
        return
    if isinstance(message, LocalModelReady):
        owner.servers.local, owner.servers.no_local = message, None
        say_who_answers(owner)
        owner.begin_waiting()
    else:
        there_is_none(owner, message)
        tell_of_stand_in(owner)


def say_who_answers(owner: Owner) -> None:
    """The health: well while the first server answers, else who answers instead, and why."""
    tell_of_stand_in(owner)
    why = owner.servers.why_not_first()
    if not why:
        owner.say(Health.OK, owner.servers.provider.note)
        return
    what, _, remedy = why.rpartition("; ")
    server = owner.server()
    answers = f"{server.title} answers instead" if server is not None else "nothing else answers yet"
    owner.say(Health.DEGRADED, f"{what}: {answers}", f"{remedy}; it is tried again by itself")


def tell_of_stand_in(owner: Owner) -> None:
    """The conversation hears when the embedded model begins or ceases to answer instead of the list."""
    stands_in = owner.servers.only_embedded_left and not owner.llm.local.model_path
    if stands_in != owner.servers.stands_in:
        owner.servers.stands_in = stands_in
        owner.tell(CONVERSATION, EmbeddedAnswers(stands_in))


def _leave_alone(owner: Owner, server: Server, why: str, retry_after: float) -> None:
    seconds = owner.servers.rest(server, why, owner.now(), retry_after)
    owner.after(seconds, internal.ProbeDue(server.key))
    say_who_answers(owner)
