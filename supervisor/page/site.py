"""What every screen is given, and what it is made of."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.format import moment, size
from supervisor.page.asking import Asking
from supervisor.page.errands import Errands
from supervisor.page.gate.sessions import Session
from supervisor.page.live.feed import Feed

Form = Mapping[str, str]
Show = Callable[["Site", Request], Awaitable[Response]]
Do = Callable[["Site", Request, Form], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does. path: where it posts to. do: is called for a signed-in owner only, with the form's fields."""

    path: str
    do: Do


@dataclass(frozen=True, slots=True)
class Screen:
    """name: of its place in the navigation, the first part of its address; "" for the first screen.

    pages: what is shown, by path. feeds: makes what changes by itself on it."""

    name: str
    title: str
    pages: Mapping[str, Show]
    actions: tuple[Action, ...] = ()
    feeds: Callable[["Site"], tuple[Feed, ...]] = lambda site: ()


@dataclass(frozen=True, slots=True)
class Site:
    """asking: the way to the instance. screens: in the navigation's order. kept: by screens, as long as it lives.
    errands: what takes long."""

    home: Path
    asking: Asking
    screens: tuple[Screen, ...]
    templates: jinja2.Environment
    kept: dict[str, object] = field(default_factory=dict)
    errands: Errands = field(default_factory=Errands)

    def render(self, request: Request, template: str, code: int = 200, **values: Any) -> HTMLResponse:
        """A whole page. code: HTTP's."""
        return HTMLResponse(self.fragment(template, **self._about(request), **values), code)

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page, or a page."""
        return self.templates.get_template(template).render(**values)

    def said(
        self, request: Request, text: str, *, good: bool = True, code: int = 200, anew: str = ""
    ) -> Response:
        """What came of a button: a line for the page that is open, or a page of its own without scripts.

        anew: parts of the open page as they are now, each an element with hx-swap-oob."""
        if "hx-request" in request.headers:
            return HTMLResponse(self.fragment("said.html", text=text, good=good) + anew, code)
        return self.render(request, "outcome.html", code, text=text, good=good, back=back_of(request))

    def _about(self, request: Request) -> Mapping[str, Any]:
        session: Session | None = request.scope.get("session")
        return {
            "screens": self.screens,
            "here": request.url.path.strip("/").partition("/")[0],
            "signed_in": session is not None,
            "may_act": session is not None and session.may_act,
            "form_token": session.form_token if session is not None else "",
        }


def back_of(request: Request) -> str:
    """The page of ours that a form stood on; the first screen where that is not known. Never another site's."""
    came = urlsplit(request.headers.get("referer", ""))
    is_ours = came.netloc == request.headers.get("host", "") and came.path.startswith("/")
    return "/" + came.path.lstrip("/\\") + (f"?{came.query}" if came.query else "") if is_ours else "/"


def environment() -> jinja2.Environment:
    """The templates of the package: everything escaped, and a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("supervisor.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["clock"] = clock
    made.filters["moment"] = moment
    made.filters["duration"] = duration
    made.filters["size"] = lambda amount: size(float(amount))
    made.filters["place"] = place
    return made


def clock(at: float) -> str:
    """The time of the day at epoch seconds, where Gerald runs."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def duration(seconds: float | None) -> str:
    """Seconds with two or three digits and a unit; "" for none."""
    if seconds is None:
        return ""
    seconds = float(seconds)
    if seconds < 0.000_999_5:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.099_95:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e3:.0f} ms" if seconds < 0.999_5 else f"{seconds:.2f} s"


def place(address: object) -> str:
    """An actor's address within one of the page; what it has a slash for has a tilde there (`vision.detector/2`)."""
    return quote(str(address).replace("/", "~"), safe="~")
