"""Seeded changes of plain values (maps, lists, texts, numbers, bytes) and of raw bytes, as an attacker or a bad disk
would make them. Everything that it changes is a copy."""

import copy
import random
from typing import Any

CANARY = "tests.fuzz.canary"
"""A module that nobody imports; importing it is noticed."""

NAMES = (
    CANARY, f"{CANARY}:fire", f"{CANARY}.fire", "subprocess:Popen", "subprocess.Popen", "os.system", "builtins.eval",
    "supervisor.launcher.launcher:subprocess.Popen", "__class__", "__dict__", "__init__.__globals__", "state.__class__",
    "on_start", "conversation", "users", "users/2", "nobody", "../../../etc/passwd", "/etc/passwd", "..", ".", "",
    "a\x00b", "a" * 5000, "\u202egnp", "\x1b]0;x\x07\x1b[2J", "[/]", "[bold]x[/red]", "[link=file:///etc]x", ":dog:",
    "\ud800", "²", "١", "conversation/1/²", "conversation/1/99999999999999999999", "a/b/c", "/", "~", "%s %d {0}",
)  # fmt: skip
TAGS = (
    "$",
    "$message",
    "$same",
    "$enum",
    "$float",
    "$bytes",
    "$dict",
    "$left",
    "$section",
    "$object",
    "$set",
    "$list",
)
NUMBERS = (
    0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, int("9" * 400), 0.0, -0.0, 1e-320, 1e18, 1e300,
    -1e300, 253402300800, 99999999999,
)  # fmt: skip
DEPTH = (5, 90, 110)
DEEP = "\ufffdDEEP"
"""Stands for what is nested so deeply that Python itself could not write it."""
GROWN = (2, 100, 10_000)


def nested(at: random.Random) -> Any:
    """Lists or maps in each other, as deep as a reader may not be able to go."""
    value: Any = at.choice((1, "x", None))
    wrap = at.choice((lambda v: [v], lambda v: {"$dict": [["k", v]]}, lambda v: {"a": v}))
    for _ in range(at.choice(DEPTH)):
        value = wrap(value)
    return value


def strange(at: random.Random) -> Any:
    """A value that nobody expects."""
    makers = (
        lambda: at.choice(NAMES),
        lambda: at.choice(NAMES),
        lambda: at.choice(NUMBERS),
        lambda: at.choice((None, True, False, [], {}, [[]], {"": ""}, [None] * 3)),
        lambda: {at.choice(TAGS): at.choice(NAMES), "n": 0, "fields": {at.choice(NAMES): at.choice(NAMES)}},
        lambda: {at.choice(TAGS): at.choice(NUMBERS), "value": [at.choice(NAMES)]},
        lambda: nested(at),
        lambda: DEEP,
    )
    return at.choice(makers)()


def places(value: Any, most: int = 4000) -> list[tuple[Any, Any]]:
    """Every container in `value`, with a key into it."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting and len(found) < most:
        here = waiting.pop()
        if isinstance(here, dict | list):
            keys = list(here) if isinstance(here, dict) else range(len(here))
            for key in keys:
                found.append((here, key))
                waiting.append(here[key])
    return found


def changed(value: Any, at: random.Random) -> Any:
    """`value` with one to four changes in it."""
    value = copy.deepcopy(value)
    for _ in range(at.choice((1, 1, 1, 2, 4))):
        there = places(value)
        if not there:
            return strange(at)
        holder, key = at.choice(there)
        at.choice((replace, replace, replace, drop, rename, double, swap, grow, edit))(holder, key, there, at)
    return value


def replace(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    holder[key] = strange(at)


def drop(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    if isinstance(holder, dict) or key < len(holder):
        del holder[key]


def rename(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    if isinstance(holder, dict):
        other = [k for found, k in there if isinstance(k, str)]
        holder[at.choice((*NAMES, *TAGS, *other))] = holder.pop(key, None)


def double(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    if isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))


def swap(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    other, place = at.choice(there)
    holder[key] = copy.deepcopy(other[place])


def grow(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    item, by = holder[key], at.choice(GROWN)
    if isinstance(item, str | bytes) and len(item) * by < 2**20:
        holder[key] = item * by
    elif isinstance(item, list) and len(repr(item[:5])) * by < 2**20:
        holder[key] = item[:5] * by
    elif isinstance(item, dict):
        holder[key] = {**item, **{f"k{n}": n for n in range(min(by, 1000))}}


def edit(holder: Any, key: Any, there: Any, at: random.Random) -> None:
    item = holder[key]
    if isinstance(item, bool):
        holder[key] = not item
    elif isinstance(item, int | float):
        holder[key] = at.choice(
            (
                -item,
                item + 1,
                item * 1000,
                item * 10**20,
                item // 3,
                item / 7 if abs(item) < 10**300 else 0.5,
                str(item),
            )
        )
    elif isinstance(item, str):
        place = at.randrange(len(item) + 1)
        holder[key] = item[:place] + at.choice(NAMES) + item[place + at.randrange(3) :]
    elif isinstance(item, bytes):
        holder[key] = raw(item, at)


def raw(data: bytes, at: random.Random) -> bytes:
    """`data` with bytes changed, lost, doubled or put in."""
    held = bytearray(data)
    for _ in range(at.choice((1, 1, 2, 8))):
        place = at.randrange(len(held) + 1)
        length = at.choice((1, 2, 8, 64, len(held)))
        match at.randrange(6):
            case 0 if place < len(held):
                held[place] ^= 1 << at.randrange(8)
            case 1:
                del held[place : place + length]
            case 2:
                held[place:place] = held[place : place + min(length, 4096)]
            case 3:
                held[place : place + 8] = at.choice(
                    (b"\x00" * 8, b"\xff" * 8, b"\xff\xff\xff\x7f\x00\x00\x00\x00")
                )
            case 4:
                held[place:place] = at.randbytes(min(length, 64))
            case _:
                del held[place:]
    return bytes(held)
