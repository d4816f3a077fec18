"""Waiting for the embedded model: until it is up, and once more where its process died before it said a word."""

from actors.kernel.protocol.lifecycle import Health
from actors.llm import internal
from actors.llm.messages import LocalModelUnavailable
from actors.llm.owner import Owner
from actors.llm.requests.request_queue import QueuedRequest


def limit_the_wait(owner: Owner, request: QueuedRequest) -> None:
    """Nobody waits for it without end."""
    if not owner.can_answer():
        owner.after(owner.llm.first_token_timeout, internal.LocalWaitOver(request.id))


def wait_is_over(owner: Owner, message: internal.LocalWaitOver) -> None:
    """It did not come in time."""
    if owner.can_answer():
        return
    remedy = "see the health of llm.local"
    why = f"the embedded model was not up within {owner.llm.first_token_timeout:g} s"
    for request in owner.queue.waiting:
        if request.id == message.request:
            owner.say(Health.DEGRADED, why, remedy)
            owner.refuse(request, f"{why}; {remedy}")


def there_is_none(owner: Owner, message: LocalModelUnavailable) -> None:
    """It cannot be had."""
    owner.servers.local, owner.servers.no_local = None, message
    if owner.servers.provider.is_list:
        owner.begin_waiting()
        return
    owner.say(Health.DOWN, message.why, message.remedy)
    for request in owner.queue.waiting:
        owner.refuse(request, f"{message.why}; {message.remedy}")


def send_again(owner: Owner, request: QueuedRequest, broken: internal.ReplyBroken) -> bool:
    """Whether the request waits once more, because the local process died before it said a word."""
    endpoint = request.server.endpoint if request.server is not None else None
    is_gone = endpoint is not None and endpoint.is_local and broken.kind == "unreachable"
    if not is_gone or request.sentences or request.sent_again:
        return False
    request.sent_again, local = True, owner.servers.local
    if local is not None and endpoint is not None and local.base_url == endpoint.base_url:
        owner.servers.local = None
        owner.ask_where()
    owner.queue.enter(request, first=True)
    limit_the_wait(owner, request)
    return True
