"""How a request becomes a job for the thread that streams."""

from actors.llm.http.job import Job
from actors.llm.requests.request_queue import QueuedRequest
from actors.llm.servers.providers import Server
from actors.llm.servers.tools import equipped
from actors.llm.text.length import most_of
from config.schema import Behaviour, Bot
from config.schema.acts import ACTS


def job_of(
    request: QueuedRequest,
    server: Server,
    waited: float,
    retries: int,
    bot: Bot,
    first_words: int,
    behaviour: Behaviour,
    *,
    hurried: bool,
) -> Job:
    """waited: seconds since it was asked. hurried: another server is ready to take over, so there is no second try.

    A local model that is gone comes back at another address: see local_wait."""
    none = server.endpoint.is_local or request.guess or hurried
    return Job(
        request.id,
        equipped(server.endpoint, behaviour),
        request.prompt,
        server.limits,
        waited,
        0 if none else retries,
        server.limits.first_token,
        (bot.name,),
        first_words,
        request.people,
        most_of(bot.response_length),
        hurried=hurried,
        own_acts=tuple(name for name in behaviour.expressions if name not in ACTS),
    )
