"""The entrance: a one-time link or a password becomes a session, and a session a cookie."""

import hmac
import time

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from supervisor.page.gate.examiner import Examiner, TooOften
from supervisor.page.gate.hosts import Place
from supervisor.page.gate.links import Links
from supervisor.page.gate.sessions import LASTS, Session, Sessions
from supervisor.page.site import Form, Site

SIGN_IN = "/sign-in"
ENTER = "/enter"
FIELDS = 200
"""How many fields a form may have."""
MOST_COOKIES, MOST_TOKENS = 200, 8
TOKEN_HEADER, TOKEN_FIELD = "x-form-token", "form_token"


class Entrance:
    """cookie: its name. secure: whether it is for TLS only."""

    def __init__(
        self, site: Site, links: Links, sessions: Sessions, examiner: Examiner, place: Place
    ) -> None:
        self._site = site
        self._links = links
        self._sessions = sessions
        self._examiner = examiner
        self._cookie = place.cookie
        self._secure = place.encrypted

    def routes(self) -> tuple[Route, ...]:
        return (
            Route(SIGN_IN, self._sign_in, methods=["GET"]),
            Route(SIGN_IN, self._know, methods=["POST"]),
            Route(ENTER, self._enter, methods=["GET"]),
            Route("/sign-out", self._sign_out, methods=["POST"]),
        )

    def session_of(self, request: Request) -> Session | None:
        """Whoever sent this; the request remembers it for the page that it becomes."""
        now = time.time()
        found = next(filter(None, (self._sessions.find(one, now) for one in self._tokens(request))), None)
        request.scope["session"] = found
        return found

    def _tokens(self, request: Request) -> list[str]:
        """Every cookie of our name: what listens at another port of this host can add one, and take none away."""
        pairs = (one.partition("=") for one in request.headers.get("cookie", "").split(";")[:MOST_COOKIES])
        return [value.strip() for name, _, value in pairs if name.strip() == self._cookie][:MOST_TOKENS]

    async def form_of(self, request: Request, session: Session) -> Form:
        """The fields of a form that a page of this session has sent. Raises HTTPException for any other."""
        async with request.form(max_files=0, max_fields=FIELDS) as sent:
            fields = {name: value for name, value in sent.items() if isinstance(value, str)}
        token = request.headers.get(TOKEN_HEADER) or fields.pop(TOKEN_FIELD, "")
        if not hmac.compare_digest(token.encode(), session.form_token.encode()):
            raise HTTPException(403, "this page is out of date: load it again")
        return fields

    async def _sign_in(self, request: Request) -> Response:
        if self.session_of(request) is not None:
            return RedirectResponse("/", 303)
        return self._ask(request)

    async def _know(self, request: Request) -> Response:
        """Somebody says the password. No token is asked for: who has no session has none, and other sites' forms do not
        come this far."""
        async with request.form(max_files=0, max_fields=1) as sent:
            password = sent.get("password", "")
        try:
            address = request.client.host if request.client is not None else ""
            may_act = await self._examiner.role_of(address, str(password))
        except TooOften as refused:
            answer = self._ask(request, 429, f"{refused}.")
            answer.headers["retry-after"] = str(refused.wait)
            return answer
        if may_act is None:
            return self._ask(request, 403, "This is not the password.")
        return self._begun(request, may_act)

    def _ask(self, request: Request, code: int = 200, refused: str = "") -> Response:
        """The form, and why what was tried opens nothing."""
        return self._site.render(
            request, "sign-in.html", code, refused=refused, password=self._examiner.is_asked
        )

    async def _enter(self, request: Request) -> Response:
        if request.method == "HEAD":  # a look at a link does not use it up
            return Response()
        may_act = self._links.use(request.query_params.get("link", ""))
        if may_act is None:
            return self._ask(request, 403, "This link was used already, or is too old.")
        return self._begun(request, may_act)

    def _begun(self, request: Request, may_act: bool) -> Response:
        session = self._sessions.begin(time.time(), may_act=may_act)
        # A page, and no redirection: a strict cookie would not be sent along where another site has the link.
        response = self._site.render(request, "enter.html")
        response.set_cookie(
            self._cookie,
            session.token,
            max_age=int(LASTS),
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )
        return response

    async def _sign_out(self, request: Request) -> Response:
        session = self.session_of(request)
        if session is not None:
            await self.form_of(request, session)
            self._sessions.end(session.token)
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(self._cookie, httponly=True, samesite="strict", secure=self._secure)
        return response
