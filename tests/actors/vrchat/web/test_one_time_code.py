"""The codes of the standard (RFC 6238, appendix B), of which an authenticator shows the last six digits."""

import base64

import pytest

from actors.vrchat.web.one_time_code import code_at

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    assert code_at(SECRET, at) == code


def test_the_secret_may_stand_in_groups_and_small_letters() -> None:
    assert code_at("gezd gnbv-GY3T QOJQ gezdgnbvgy3tqojq", 59) == "287082"


@pytest.mark.parametrize("secret", ["12345", "ABC", "ünlike"])
def test_what_is_no_secret_is_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="not the secret of an authenticator") as error:
        code_at(secret, 0)
    assert secret not in str(error.value)
