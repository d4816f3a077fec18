"""Where the page for machines stands beside the screens."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from starlette.routing import Mount, Route

from supervisor.page.api.openapi import ROOT
from supervisor.page.api.probes import Rule, probes
from supervisor.page.api.routes import Api, api
from supervisor.page.api.tokens import Tokens
from supervisor.page.asking import Asking


def for_machines(home: Path, rule: Rule) -> tuple[Route | Mount, ...]:
    """rule: see page.metrics. It waits for the instance in places of its own, so that no program holds up a browser."""
    shared = Api(home, _version(), Asking(home), Tokens(home / "data"))
    return (*probes(shared, rule), Mount(ROOT, api(shared)))


def _version() -> str:
    try:
        return version("gerald")
    except PackageNotFoundError:
        return "unknown"
