"""Requests to the account at VRChat. A code is encrypted before it becomes a message: those are recorded."""

from collections.abc import Iterator, Mapping
from typing import Any

from actors.kernel.message import Message
from actors.vrchat.messages import (
    CODE_ABOUT,
    VRCHAT,
    AccountRefused,
    GetAccount,
    InviteFriend,
    SetStatus,
    SignIn,
    SignOut,
)
from config.secret import Secret
from supervisor.control.ask import answer_of, plain_fields
from supervisor.control.wire import RequestRefused
from supervisor.runtime.runtime import Runtime

WITHIN = 100.0
"""Seconds for the service's answer; a limit of its own may make it later still."""


def _vrchat(runtime: Runtime, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    slot = runtime.registry.slots.get(VRCHAT)
    if slot is None or slot.spec.disabled_reason:
        why = slot.spec.disabled_reason if slot is not None else "it is not there"
        raise RequestRefused(f"{VRCHAT} is off: {why}; see docs/vrchat.md")
    answer = answer_of(runtime, VRCHAT, _message(runtime, request), WITHIN)
    if isinstance(answer, AccountRefused):
        raise RequestRefused(answer.reason)
    yield plain_fields(answer)


def _message(runtime: Runtime, request: Mapping[str, Any]) -> Message:
    text = str(request.get("text") or "")
    match request.get("what"):
        case "login":
            return SignIn(_encrypted(runtime, text) if text else b"")
        case "logout":
            return SignOut()
        case "account":
            return GetAccount()
        case "invite":
            return InviteFriend(text)
        case "status":
            return SetStatus(text)
    raise RequestRefused(f"unknown request {request.get('what')!r}")


def _encrypted(runtime: Runtime, code: str) -> bytes:
    Secret(code)  # from now on logs and crash reports hide it
    cipher = runtime.ciphers.sealer()
    try:
        assert cipher is not None  # the actor has one
        return cipher.encrypt(code.encode(), CODE_ABOUT)
    except Exception as error:  # an UnavailableCipher's: it says why
        raise RequestRefused(str(error)) from None


VRCHAT_REQUESTS = {"vrchat": _vrchat}
