"""A server of one's own loads its model, and reads what it will be asked, before anybody waits for it."""

from actors.llm.http.job import Job
from actors.llm.messages import ChatMessage
from actors.llm.owner import Owner
from actors.llm.servers.tools import equipped
from config.schema import Behaviour


def warm_up(owner: Owner) -> None:
    """Have the server that talks load its model."""
    server = owner.servers.first("talk")
    if server is not None and server.endpoint.is_private and owner.llm.warm_up:
        job = Job("", server.endpoint, (), server.limits)
        owner.side_effect(lambda: owner.streams.warm(job))


def read_ahead(owner: Owner, behaviour: Behaviour, prompt: tuple[ChatMessage, ...]) -> None:
    """Have the server that would answer now read the beginning of the next prompt, if it has nothing else to do."""
    server = owner.server()
    admitted = owner.llm.speculate != "off" and owner.queue.is_idle
    if server is not None and server.endpoint.is_private and admitted:
        job = Job("", equipped(server.endpoint, behaviour), prompt, server.limits)
        owner.side_effect(lambda: owner.streams.warm(job))
