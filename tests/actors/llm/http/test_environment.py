"""A failure that the environment caused names the variable."""

import httpx
import pytest

from actors.llm.http.environment import of_connection, of_setup

HTTPS = "https://models.example/v1"
SECRET = "http://user:secret@proxy:3128"


@pytest.mark.parametrize(
    ("error", "environ", "named"),
    [
        (ImportError("Using SOCKS proxy"), {"ALL_PROXY": "socks5://user:secret@x"}, "ALL_PROXY"),
        (ValueError("Unknown scheme for proxy URL"), {"HTTPS_PROXY": "user:secret"}, "HTTPS_PROXY"),
        (FileNotFoundError(2, "No such file"), {"SSL_CERT_FILE": "/secret"}, "SSL_CERT_FILE"),
        (OSError("?"), {}, "environment"),
    ],
)
def test_a_client_that_cannot_be_made(error: Exception, environ: dict[str, str], named: str) -> None:
    what, remedy = of_setup(error, HTTPS, environ)
    assert named in what + remedy
    assert "secret" not in what + remedy


@pytest.mark.parametrize(
    ("error", "environ", "named"),
    [
        (httpx.ConnectError("refused"), {"https_proxy": SECRET}, "https_proxy"),
        (httpx.ProxyError("407 Proxy Authentication Required"), {"HTTPS_PROXY": SECRET}, "NO_PROXY"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), {}, "SSL_CERT_FILE"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), {"SSL_CERT_DIR": "/secret"}, "SSL_CERT_DIR"),
    ],
)
def test_a_connection_that_fails(error: Exception, environ: dict[str, str], named: str) -> None:
    found = of_connection(error, HTTPS, environ)
    assert found is not None
    assert named in " ".join(found)
    assert "secret" not in " ".join(found)


def test_a_proxy_for_another_scheme_has_nothing_to_do_with_it() -> None:
    assert (
        of_connection(httpx.ConnectError("refused"), "http://models.example/v1", {"HTTPS_PROXY": SECRET})
        is None
    )
