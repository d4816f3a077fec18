"""Whether the model servers answer: each is asked for one word, with the owner's key."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any

from actors.llm.http.client import CompletionError, complete, open_client
from actors.llm.http.failures import ServerFailure
from actors.llm.messages import ChatMessage
from actors.llm.servers.providers import Provider, RequestLimits, Server, choose
from supervisor.doctor.finding import Finding, Findings, note, ok, problem
from supervisor.doctor.subject import Subject

CONNECT, FIRST_TOKEN, TOTAL = 5.0, 12.0, 15.0
"""Seconds at most."""
PROMPT = (ChatMessage("user", "Say hello."),)
_STILL_ANSWERS = ("empty_reply", "moderated")
"""A model that thinks first says nothing in one token; the key and the way to it are right."""
_MAY_PASS = ("timeout", "rate_limited")


@dataclass(frozen=True, slots=True)
class Answered:
    """A server and its answer: seconds to the first word, or the failure."""

    server: Server
    seconds: float = 0.0
    failure: ServerFailure | None = None


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """answers: of every server, in the order in which they are asked; empty if none was."""

    provider: Provider
    is_placeholder: bool
    asked: bool
    answers: tuple[Answered, ...] = ()


def gather(subject: Subject) -> ServerFacts:
    """Asks all servers at the same time, unless that is not wanted."""
    llm = subject.config.llm
    provider = choose(llm)
    if not (subject.ask_model and provider.servers):
        return ServerFacts(provider, llm.is_placeholder, False)
    return ServerFacts(provider, llm.is_placeholder, True, asyncio.run(_ask_all(provider.servers)))


async def _ask_all(servers: tuple[Server, ...]) -> tuple[Answered, ...]:
    return tuple(await asyncio.gather(*map(_ask, servers)))


async def _ask(server: Server) -> Answered:
    limits = RequestLimits(min(server.limits.connect, CONNECT), FIRST_TOKEN, TOTAL)
    one_token = {**server.endpoint.options, "max_tokens": 1}
    answered = await _attempt(server, one_token, limits)
    if answered.failure is not None and answered.failure.kind == "bad_request":
        # Some call the limit otherwise: as Gerald asks, then, and the rest is not read.
        return await _attempt(server, dict(server.endpoint.options), limits)
    return answered


async def _attempt(server: Server, options: dict[str, Any], limits: RequestLimits) -> Answered:
    begun = time.monotonic()
    try:
        async with open_client(server.endpoint) as http:
            await complete(
                http, replace(server.endpoint, options=options), PROMPT, limits, lambda text: False
            )
    except CompletionError as error:
        return Answered(server, 0.0, error.failure)
    return Answered(server, time.monotonic() - begun)


def judge(facts: ServerFacts) -> Findings:
    """A server that was too slow may only be loading its model."""
    if facts.answers:
        return tuple(map(_answered, facts.answers))
    if facts.is_placeholder:
        said = "no server is named: the embedded SmolLM2 answers, a placeholder that says small things"
        return (note(said, "for a better one set llm.base_url, or `supervisor secrets set llm.api_key`"),)
    left_out = "" if facts.asked or not facts.provider.servers else "; not asked (--no-ask-model)"
    return (ok(f"{facts.provider.note}{left_out}"),)


def _answered(one: Answered) -> Finding:
    label = one.server.endpoint.label
    if one.failure is None:
        return ok(f"{label} answers: the first word after {one.seconds:.1f} s")
    if one.failure.kind in _STILL_ANSWERS:
        return ok(f"{label} answers")
    what, _, remedy = one.failure.owner.rpartition("; ")
    if one.failure.kind in _MAY_PASS:
        return note(what, remedy)
    return problem(what, remedy)
