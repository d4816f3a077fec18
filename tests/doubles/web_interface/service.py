"""The service without I/O: accounts, sessions, two factors, friends, notifications, limits. Counts what it is asked."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from actors.vrchat.web.one_time_code import code_at
from tests.doubles.web_interface import objects

NAME, PASSWORD = "gerald bot", "p:ss w&rd ünlike-any-other"
TOTP_SECRET = "JBSWY3DPEHPK3PXP"
EMAIL_CODE = "314159"
ME = "usr_00000000-0000-4000-8000-000000000001"
HERE = "wrld_11111111-0000-4000-8000-000000000000:4711~hidden(usr_x)~region(eu)"


@dataclass
class Answered:
    """status, JSON and further headers of an answer."""

    status: int
    body: Any
    headers: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Session:
    """factor: the second one was given. address: from which it began."""

    factor: bool
    address: str


@dataclass
class Asked:
    """A request: when, what, and how it was answered."""

    at: float
    method: str
    path: str
    status: int
    agent: str


class Service:
    """second: "totp", "emailOtp" or "" for accounts without a second factor. per_minute: requests before 429."""

    def __init__(self, second: str = "totp", per_minute: int = 60) -> None:
        self.second = second
        self.per_minute = per_minute
        self.sessions: dict[str, Session] = {}
        self.factors: set[str] = set()
        self.logins = 0
        self.asked: list[Asked] = []
        self.friends: dict[str, tuple[str, str]] = {}
        self.notifications: dict[str, dict[str, Any]] = {}
        self.accepted: list[str] = []
        self.invited: list[tuple[str, str]] = []
        self.went: list[str] = []
        self.status, self.text = "active", ""
        self.address = "192.0.2.1"
        self.limited_until = 0.0
        self.wrong_code = 400
        self.location = HERE
        self.listeners: dict[int, Callable[[str], None]] = {}
        self._count = 0

    # -- what happens to the account

    def befriend(self, number: int, at: float) -> str:
        """Somebody asks for friendship; the notification's id."""
        return self.notify("friendRequest", f"usr_{number:08}", f"Person {number}", at, {})

    def notify(self, kind: str, sender: str, name: str, at: float, details: dict[str, Any]) -> str:
        """A notification arrives."""
        self._count += 1
        id = f"frq_{self._count:06}" if kind == "friendRequest" else f"not_{self._count:06}"
        self.notifications[id] = objects.notification(id, kind, sender, name, at, details)
        self.tell("notification", self.notifications[id])
        return id

    def tell(self, kind: str, content: Any) -> None:
        """An event, to every pipeline that is open."""
        for listener in tuple(self.listeners.values()):
            listener(objects.event(kind, content))

    def moves(self, user_id: str, location: str) -> None:
        """A friend is elsewhere; "offline" for gone."""
        name, before = self.friends[user_id]
        self.friends[user_id] = (name, location)
        user = objects.friend(user_id, name, location)
        if location == "offline":
            self.tell("friend-offline", {"userId": user_id, "platform": "standalonewindows"})
        else:
            kind = "friend-online" if before == "offline" else "friend-location"
            self.tell(kind, {"userId": user_id, "location": location, "worldId": location[:41], "user": user})

    def renames(self, user_id: str, name: str) -> None:
        """A friend is called otherwise."""
        location = self.friends[user_id][1]
        self.friends[user_id] = (name, location)
        self.tell("friend-update", {"userId": user_id, "user": objects.friend(user_id, name, location)})

    def end_sessions(self) -> None:
        """As when they expire, or the account is used from another address."""
        self.sessions.clear()

    # -- what is asked

    def is_session(self, token: str) -> bool:
        """Whether a pipeline may be opened with it."""
        known = self.sessions.get(token)
        return known is not None and known.factor and known.address == self.address

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: Any, now: float) -> Answered:
        """Answer a request. headers: by names in small letters."""
        parts = urlsplit(target)
        answer = self._answer(method, unquote(parts.path), parse_qs(parts.query), headers, body, now)
        self.asked.append(Asked(now, method, parts.path, answer.status, headers.get("user-agent", "")))
        return answer

    def _answer(
        self,
        method: str,
        path: str,
        query: dict[str, list[str]],
        headers: Mapping[str, str],
        body: Any,
        now: float,
    ) -> Answered:
        if not re.fullmatch(r"\S+/\S+ \S+", headers.get("user-agent", "")):
            return _error("please identify yourself properly", 403)
        recent = sum(now - 60.0 < one.at <= now for one in self.asked)
        if now < self.limited_until or recent >= self.per_minute:
            wait = max(1, int(self.limited_until - now)) if now < self.limited_until else 60
            answer = _error("too many requests", 429)
            answer.headers.append(("Retry-After", str(wait)))
            return answer
        cookies = dict(
            part.strip().split("=", 1) for part in headers.get("cookie", "").split(";") if "=" in part
        )
        token = cookies.get("auth", "")
        session = self.sessions.get(token)
        if session is not None and session.address != self.address:
            session = None
        if (method, path) == ("GET", "/auth/user"):
            return self._user(session, headers, cookies)
        if session is None:
            return _error("Missing Credentials", 401)
        if path.startswith("/auth/twofactorauth/") and path.endswith("/verify"):
            return self._verify(session, path.split("/")[3], body, now)
        if (method, path) == ("PUT", "/logout"):
            del self.sessions[token]
            return Answered(200, objects.success("Ok!"), [("Set-Cookie", "auth=; Path=/")])
        if not session.factor:
            return _error("Requires Two-Factor Authentication", 401)
        return self._of_account(method, path, query, body)

    def _user(self, session: Session | None, headers: Mapping[str, str], cookies: dict[str, str]) -> Answered:
        set_: list[tuple[str, str]] = []
        if session is None:
            wanted = f"{quote(NAME, safe=_KEPT)}:{quote(PASSWORD, safe=_KEPT)}".encode()
            given = headers.get("authorization", "")
            if not given:
                return _error("Missing Credentials", 401)
            if given != f"Basic {base64.b64encode(wanted).decode()}":
                return _error("Invalid Username/Email or Password", 401)
            self.logins += 1
            token = f"authcookie_{self.logins:08}-secret-of-a-session"
            known = not self.second or cookies.get("twoFactorAuth", "") in self.factors
            session = self.sessions[token] = Session(known, self.address)
            set_ = [("Set-Cookie", f"auth={token}; Expires=Tue, 01 Jan 2030 00:00:00 GMT; Path=/; HttpOnly")]
        if not session.factor:
            needs = ["emailOtp"] if self.second == "emailOtp" else ["totp", "otp"]
            return Answered(200, {"requiresTwoFactorAuth": needs}, set_)
        return Answered(200, self._me(), set_)

    def _me(self) -> dict[str, Any]:
        return objects.current_user(ME, "Gerald", self.status, self.text, list(self.friends))

    def _verify(self, session: Session, way: str, body: Any, now: float) -> Answered:
        codes = [code_at(TOTP_SECRET, now + late) for late in (-30.0, 0.0, 30.0)]
        right = {"totp": codes, "emailotp": [EMAIL_CODE], "otp": ["1234-5678"]}[way]
        if body.get("code") not in right or (way == "emailotp") != (self.second == "emailOtp"):
            return Answered(self.wrong_code, {"verified": False})
        session.factor = True
        token = f"second.factor.{len(self.factors)}.secret"
        self.factors.add(token)
        return Answered(
            200,
            {"enabled": True, "verified": True},
            [("Set-Cookie", f"twoFactorAuth={token}; Path=/; HttpOnly")],
        )

    def _of_account(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Answered:
        n, offset = int(query.get("n", ["60"])[0]), int(query.get("offset", ["0"])[0])
        parts = path.strip("/").split("/")
        match method, parts:
            case "GET", ["auth", "user", "notifications"]:
                found = sorted(self.notifications.values(), key=lambda one: one["created_at"], reverse=True)
                return Answered(200, [objects.listed(one) for one in found[offset : offset + min(n, 100)]])
            case "GET", ["auth", "user", "notifications", id] if id in self.notifications:
                return Answered(200, objects.listed(self.notifications[id]))
            case "PUT", ["auth", "user", "notifications", id, "accept"]:
                return self._accept(id)
            case "PUT", ["auth", "user", "notifications", id, "hide"] if id in self.notifications:
                found_one = self.notifications.pop(id)
                self.tell("hide-notification", id)
                return Answered(200, objects.listed(found_one))
            case "GET", ["auth", "user", "friends"]:
                offline = query.get("offline", ["false"])[0] == "true"
                people = [
                    objects.friend(id, name, location)
                    for id, (name, location) in self.friends.items()
                    if (location == "offline") == offline
                ]
                return Answered(200, people[offset : offset + min(n, 100)])
            case "GET", ["user", id, "friendStatus"]:
                known = id in self.friends
                return Answered(200, {"isFriend": known, "incomingRequest": False, "outgoingRequest": False})
            case "GET", ["users", id] if id == ME:
                return Answered(200, {**self._me(), "location": self.location})
            case "PUT", ["users", id] if id == ME:
                self.status = body.get("status", self.status)
                self.text = body.get("statusDescription", self.text)
                return Answered(200, self._me())
            case "POST", ["invite", "myself", "to", where]:
                self.went.append(where)
                return Answered(200, {"id": "not_self", "type": "invite"})
            case "POST", ["invite", id]:
                if id not in self.friends:
                    return _error("You are not friends", 403)
                self.invited.append((id, body["instanceId"]))
                return Answered(200, {"id": "not_sent", "type": "invite"})
        return _error("not found", 404)

    def _accept(self, id: str) -> Answered:
        if self.notifications.get(id, {}).get("type") != "friendRequest":
            return _error("that friend request could not be found", 404)
        asked = self.notifications.pop(id)
        user_id, name = asked["senderUserId"], asked["senderUsername"]
        self.friends[user_id] = (name, "offline")
        self.accepted.append(id)
        self.tell("hide-notification", id)
        self.tell("friend-add", {"userId": user_id, "user": objects.friend(user_id, name, "offline")})
        return Answered(200, objects.success("Ok"))


_KEPT = "!~*'()"


def _error(message: str, status: int) -> Answered:
    return Answered(status, objects.error(message, status))
