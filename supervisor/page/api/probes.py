"""/healthz, /readyz and /metrics: for whatever watches Gerald."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from supervisor.control.wire import RequestRefused
from supervisor.metrics.families import families
from supervisor.metrics.family import CONTENT_TYPE, rendered
from supervisor.page.api.routes import Api, answered, problem
from supervisor.page.asking import InstanceAway
from supervisor.page.gate.hosts import is_loopback

Rule = Literal["local", "token", "nobody"]
PATHS = ("/healthz", "/readyz", "/metrics")


def probes(shared: Api, rule: Rule) -> tuple[Route, ...]:
    """rule: whom /metrics and /readyz answer; see page.metrics."""

    async def healthz(request: Request) -> Response:
        """The process of the page answers; of the instance it says nothing."""
        return PlainTextResponse("ok\n")

    async def readyz(request: Request) -> Response:
        if (refused := _refusal(shared, rule, request)) is not None:
            return refused
        try:
            status = await shared.asking.call("status")
        except (InstanceAway, RequestRefused):
            return answered({"ready": False, "missing": ["Gerald does not answer"]}, 503)
        missing = missing_in(status["actors"])
        return answered({"ready": status["ready"], "missing": missing}, 200 if status["ready"] else 503)

    async def metrics(request: Request) -> Response:
        if (refused := _refusal(shared, rule, request)) is not None:
            return refused
        try:
            facts = await shared.asking.call("metrics")
        except (InstanceAway, RequestRefused):
            return problem(503, "Gerald does not answer just now", {"Retry-After": "2"})
        return Response(rendered(families(facts)), media_type=CONTENT_TYPE)

    return tuple(
        Route(path, show, methods=["GET"])
        for path, show in zip(PATHS, (healthz, readyz, metrics), strict=True)
    )


def missing_in(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The actors that are starting or down."""
    enabled = [row for row in rows if row["kind"] == "actor" and row["state"] != "disabled"]
    return [
        f"{row['address']}: {row['reason'] or row['state']}"
        for row in enabled
        if row["state"] == "down" or row["health"] in ("STARTING", "DOWN")
    ]


def _refusal(shared: Api, rule: Rule, request: Request) -> Response | None:
    """Why this is not answered; None if it is."""
    if rule == "nobody":
        return problem(404, "page.metrics is nobody")
    if rule == "local" and request.client is not None and is_loopback(request.client.host):
        return None
    try:
        shared.bearer(request)
    except HTTPException as error:
        return problem(error.status_code, error.detail, error.headers)
    return None
