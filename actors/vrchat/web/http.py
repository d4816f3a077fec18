"""One request at a time, as the specification has them; every wait and every size has a limit."""

import asyncio
import base64
import importlib.metadata
import ipaddress
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from actors.vrchat.account.account import (
    ACCEPT,
    CHECK,
    CODE,
    FRIENDS,
    HIDE,
    INVITE,
    INVITE_SELF,
    IS_FRIEND,
    NOTICES,
    SIGN_IN,
    SIGN_OUT,
    STATUS,
    Job,
)
from actors.vrchat.account.lists import PAGE
from actors.vrchat.messages import CODE_ABOUT
from actors.vrchat.state import WebAnswer
from actors.vrchat.web import reading
from actors.vrchat.web.one_time_code import code_at
from actors.vrchat.web.session_file import SessionFile
from config.schema import Secret, VRChat

CONNECT_WITHIN, ANSWER_WITHIN = 10.0, 30.0
MOST_BYTES = 8 << 20
COOKIES = ("auth", "twoFactorAuth")
_COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]{1,4096}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


class NotSent(Exception):
    """The service has not got the request."""


class _Impossible(Exception):
    """It cannot be done, and will not be possible soon."""


class NoAnswer(Exception):
    """The service may have got the request, and there is no answer that can be used."""


class _Raw(msgspec.Struct, frozen=True):
    status: int
    body: Any
    retry_after: float


def agent(section: VRChat) -> str:
    """What every request says of who sends it, as the service asks for it."""
    return f"Gerald/{importlib.metadata.version('gerald')} {section.contact or ''}".strip()


def is_loopback(url: str) -> bool:
    """Whether a URL is of this machine, to which no proxy leads."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpSession:
    """Requests with the cookies of `file`. Use as a context in one event loop. within: seconds for an answer.

    transport: how they are carried; None for the network. clock: epoch seconds."""

    def __init__(
        self,
        section: VRChat,
        file: SessionFile,
        within: float = ANSWER_WITHIN,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._transport = transport
        self._section = section
        self._file = file
        self._within = within
        self._me = ""

    async def __aenter__(self) -> "HttpSession":
        url = self._section.api_url
        self._client = httpx.AsyncClient(
            transport=self._transport,
            trust_env=not is_loopback(url),
            timeout=httpx.Timeout(self._within, connect=CONNECT_WITHIN),
            headers={"User-Agent": agent(self._section), "Accept": "application/json"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def do(self, job: Job) -> WebAnswer:
        """Send it. Raises NotSent or NoAnswer, which say why without saying anything secret."""
        try:
            return await self._do(job)
        except _Impossible as error:
            return WebAnswer(400, cookies="auth" in self._file.cookies, impossible=str(error))

    async def _do(self, job: Job) -> WebAnswer:
        match job.kind:
            case "check":
                return self._of_session(await self._request("GET", "/auth/user"))
            case "sign in":
                return self._of_session(await self._sign_in())
            case "code":
                return self._answer(await self._code(job))
            case "sign out":
                return await self._sign_out()
            case "notifications":
                raw = await self._request(
                    "GET", f"/auth/user/notifications?type=all&n={PAGE}&offset={job.offset}"
                )
                page = reading.notices(raw.body, PAGE)
                return self._answer(
                    raw, notices=page, unreadable=_unread(raw, page, "no list of notifications")
                )
            case "friends":
                offline = str(job.offline).lower()
                raw = await self._request(
                    "GET", f"/auth/user/friends?offline={offline}&n={PAGE}&offset={job.offset}"
                )
                people = reading.friends(raw.body, job.offline)
                more = isinstance(raw.body, list) and len(raw.body) >= PAGE
                bad = _unread(raw, people, "no list of friends")
                return self._answer(raw, friends=people or (), more=more, unreadable=bad)
            case "is friend":
                raw = await self._request("GET", f"/user/{_part(job.person.user_id)}/friendStatus")
                known = raw.body.get("isFriend") if isinstance(raw.body, dict) else None
                bad = _unread(
                    raw, known if isinstance(known, bool) else None, "not whether they are a friend"
                )
                return self._answer(raw, is_friend=known is True, unreadable=bad)
            case "accept" | "hide":
                return self._answer(
                    await self._request("PUT", f"/auth/user/notifications/{_part(job.id)}/{job.kind}")
                )
            case "invite":
                return self._answer(await self._invite(job))
            case "invite self":
                return self._answer(await self._invite_self(job))
            case "status":
                return await self._status(job)
        raise _Impossible(f"{job.kind} is no request")

    def _of_session(self, raw: _Raw) -> WebAnswer:
        own, factors = reading.me(raw.body), reading.needs(raw.body)
        self._me = own.user_id if own is not None else self._me
        unreadable = "" if raw.status != 200 or own or factors else "the answer is not an account"
        return self._answer(raw, me=own, needs=factors, unreadable=unreadable)

    async def _sign_in(self) -> _Raw:
        section = self._section
        if section.password is None:
            raise _Impossible("vrchat.password is not set")
        self._file.take({"auth": ""})
        name, password = (
            quote(one, safe="!~*'()") for one in (section.username or "", section.password.reveal())
        )
        token = Secret(base64.b64encode(f"{name}:{password}".encode()).decode())
        return await self._request("GET", "/auth/user", headers={"Authorization": f"Basic {token.reveal()}"})

    async def _code(self, job: Job) -> _Raw:
        try:
            if job.code:
                code = Secret(self._file.code(job.code, CODE_ABOUT)).reveal().strip()
            else:
                secret = self._section.totp_secret
                code = code_at(secret.reveal() if secret is not None else "", self._clock())
        except ValueError as error:
            raise _Impossible(str(error) if not job.code else "the code cannot be read") from None
        way = "emailotp" if "emailOtp" in job.needs else "totp" if _CODE.fullmatch(code) else "otp"
        raw = await self._request("POST", f"/auth/twofactorauth/{way}/verify", {"code": code[:64]})
        verified = isinstance(raw.body, dict) and raw.body.get("verified") is True
        return raw if raw.status != 200 or verified else _Raw(400, None, 0.0)

    async def _sign_out(self) -> WebAnswer:
        try:
            raw = await self._request("PUT", "/logout")
        finally:
            self._file.take(dict.fromkeys(COOKIES, ""))
        return self._answer(raw)

    async def _invite(self, job: Job) -> _Raw:
        """Where the game is, is asked at the moment of the invitation, and not remembered."""
        raw = await self._request("GET", f"/users/{_part(self._me)}")
        if raw.status != 200:
            return raw
        here = reading.instance(raw.body.get("location")) if isinstance(raw.body, dict) else None
        if here is None:
            raise _Impossible("the game is in no instance to which anybody could be invited")
        where = {"instanceId": ":".join(here)}
        return await self._request("POST", f"/invite/{_part(job.person.user_id)}", where)

    async def _invite_self(self, job: Job) -> _Raw:
        raw = await self._request("GET", f"/auth/user/notifications/{_part(job.id)}")
        if raw.status != 200:
            return raw
        there = reading.instance(reading.details(raw.body).get("worldId"))
        if there is None:
            raise _Impossible("the invitation names no instance")
        return await self._request(
            "POST", f"/invite/myself/to/{quote(there[0])}:{quote(there[1], safe='~()')}"
        )

    async def _status(self, job: Job) -> WebAnswer:
        shown = ({"status": job.status} if job.status else {}) | (
            {"statusDescription": job.text} if job.text is not None else {}
        )
        raw = await self._request("PUT", f"/users/{_part(job.id)}", shown)
        return self._answer(raw, me=reading.me(raw.body) if raw.status == 200 else None)

    def _answer(self, raw: _Raw, **fields: Any) -> WebAnswer:
        return WebAnswer(raw.status, raw.retry_after, cookies="auth" in self._file.cookies, **fields)

    async def _request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> _Raw:
        cookies = "; ".join(f"{name}={value}" for name, value in self._file.cookies.items())
        headers = {**(headers or {}), **({"Cookie": cookies} if cookies else {})}
        url = self._section.api_url.rstrip("/") + path
        try:
            async with (
                asyncio.timeout(self._within),
                self._client.stream(method, url, json=body, headers=headers) as response,
            ):
                self._file.take(_cookies(response))
                data = await _limited(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            said = str(error)[:160] if isinstance(error, httpx.ConnectError) else ""
            raise NotSent(f"VRChat cannot be reached ({said or type(error).__name__})") from None
        except (TimeoutError, httpx.TimeoutException):
            raise NoAnswer(f"no answer within {self._within:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, ValueError) as error:
            # without its text: a complaint about a header shows the header
            raise NoAnswer(f"the connection broke ({type(error).__name__})") from None
        finally:
            self._client.cookies.clear()  # those of `file` count
        after = retry_after(response.headers.get("retry-after", ""), self._clock())
        return _Raw(response.status_code, reading.decoded(bytes(data)), after)


async def _limited(response: httpx.Response) -> bytes:
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > MOST_BYTES:
            raise NoAnswer(f"the answer is larger than {MOST_BYTES >> 20} MB")
    return bytes(data)


def _cookies(response: httpx.Response) -> dict[str, str]:
    """The session's cookies that an answer sets; "" for one that it ends."""
    found: dict[str, str] = {}
    for line in response.headers.get_list("set-cookie")[:16]:
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(line[:8192])
        except CookieError:
            continue
        for name in COOKIES:
            if name in jar and (not jar[name].value or _COOKIE.fullmatch(jar[name].value)):
                found[name] = jar[name].value
    return found


def retry_after(header: str, now: float) -> float:
    """Seconds, of a number or a date; 0 for what is neither."""
    try:
        return max(0.0, min(float(header), 1e6)) if header else 0.0
    except ValueError:
        pass
    try:
        return max(0.0, min(parsedate_to_datetime(header).timestamp() - now, 1e6))
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _unread(raw: _Raw, value: object, what: str) -> str:
    return f"the answer is {what}" if raw.status == 200 and value is None else ""


def _part(id: str) -> str:
    """An id as a part of a path."""
    return quote(id, safe="")


__all__ = [
    "ACCEPT", "CHECK", "CODE", "FRIENDS", "HIDE", "INVITE", "INVITE_SELF", "IS_FRIEND", "NOTICES", "SIGN_IN",
    "SIGN_OUT", "STATUS", "HttpSession", "NoAnswer", "NotSent", "agent", "is_loopback", "retry_after",
]  # fmt: skip
