"""The code: what it holds comes back, and a mistyped one is seen before anything is sent."""

import random
import re

import pytest

from supervisor.hosts.identity.invitation import (
    FINGERPRINT,
    LONGEST,
    SECRET,
    BadCode,
    Invitation,
    decode,
    encode,
    new_secret,
)

DICE = random.Random(1919)


def invitation(*addresses: str, port: int = 7448) -> Invitation:
    return Invitation(addresses or ("192.0.2.7",), port, DICE.randbytes(FINGERPRINT), DICE.randbytes(SECRET))


@pytest.mark.parametrize(
    "addresses",
    [
        ("192.0.2.7",),
        ("127.0.0.1", "::1"),
        ("2001:db8::1", "192.0.2.7", "gerald.example"),
        ("a", "b.c", "0.0.0.1", "ff02::1"),
        ("x" * 63 + "." + "y" * 63,),
    ],
)
@pytest.mark.parametrize("port", [1, 7448, 65535])
def test_what_it_holds_comes_back(addresses: tuple[str, ...], port: int) -> None:
    made = invitation(*addresses, port=port)
    assert decode(encode(made)) == made


def test_it_is_short_and_can_be_typed_in_any_way() -> None:
    made = invitation()
    code = encode(made)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){11}[0-9A-HJKMNP-TV-Z]{4}", code)
    typed = f"  {code.lower().replace('-', ' ')}\n".replace("0", "o").replace("1", "l")
    assert decode(typed) == made
    assert decode(code.replace("-", "").replace("0", "O").replace("1", "I")) == made


def test_a_wrong_sign_is_seen() -> None:
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    missed = 0
    for _ in range(40):
        code = encode(invitation())
        for at, sign in enumerate(code):
            if sign == "-":
                continue
            wrong = DICE.choice([other for other in signs if other != sign])
            try:
                decode(code[:at] + wrong + code[at + 1 :])
                missed += 1
            except BadCode:
                continue
    assert missed <= 1  # of 1,920; the checksum has 16 bits


@pytest.mark.parametrize(
    "text", ["", "-", "K7", "hello there", "U" * 48, "é" * 48, "0" * 48, "Z" * 48, "0" * (LONGEST + 1)]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        decode(text)


def test_whatever_is_typed_is_refused_or_read() -> None:
    for _ in range(3000):
        code = list(encode(invitation("192.0.2.7", "gerald.example")))
        for _ in range(DICE.randrange(1, 4)):
            match DICE.randrange(3):
                case 0:
                    code[DICE.randrange(len(code))] = chr(DICE.randrange(32, 500))
                case 1:
                    del code[DICE.randrange(len(code))]
                case _:
                    code.insert(DICE.randrange(len(code)), DICE.choice("0AZ- "))
        try:
            decode("".join(code))
        except BadCode:
            continue


@pytest.mark.parametrize("addresses", [(), ("a",) * 5, ("no name",), ("a:1",), ("999.1.1.1",), ("x" * 254,)])
def test_what_no_code_can_hold_is_not_made(addresses: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="address"):
        encode(Invitation(addresses, 1, b"a" * FINGERPRINT, b"s" * SECRET))


def test_its_secret_is_new_each_time_and_shown_nowhere() -> None:
    assert len({new_secret() for _ in range(100)}) == 100
    made = Invitation(("192.0.2.7",), 1, b"a" * FINGERPRINT, b"topsecrt")
    assert "topsecrt" not in repr(made) + str(made)
