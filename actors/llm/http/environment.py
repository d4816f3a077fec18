"""Finds the environment variable behind a failed connection. Pure; never shows values: they may hold passwords."""

from collections.abc import Mapping

import httpx

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def of_setup(error: Exception, url: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Why no client could be made for `url`, and what to do about it."""
    proxies = _proxies(url, environ)
    if isinstance(error, ImportError) and proxies:
        name = proxies[0]
        return f"{name} names a SOCKS proxy, which is not supported", f"use an HTTP proxy, or unset {name}"
    if isinstance(error, OSError) and (named := _set(CERTIFICATES, environ)):
        return f"the certificates that {named[0]} names cannot be read", f"correct or unset {named[0]}"
    if isinstance(error, ValueError | httpx.InvalidURL) and proxies:
        names = " or ".join(proxies)
        return f"{names} is not the address of a proxy", f"write it as http://HOST:PORT, or unset {names}"
    what = f"no connection can be prepared ({type(error).__name__})"
    return what, "look at the proxy and SSL variables of the environment"


def of_connection(error: Exception, url: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """What a failed connection has to do with the environment, and what to do about it; None for nothing."""
    text, proxies = str(error), _proxies(url, environ)
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate verify failed" in text.lower():
        named = _set(CERTIFICATES, environ)
        if named:
            return f"its certificate is not among those that {named[0]} names", f"correct or unset {named[0]}"
        return (
            "its certificate is not trusted",
            "if your network has certificates of its own, name the file that holds them in SSL_CERT_FILE",
        )
    if proxies:
        name = proxies[0]
        said = text[:160] or type(error).__name__
        what = f"it cannot be reached through the proxy of {name} ({said})"
        return what, f"correct or unset {name}, or add its host to NO_PROXY"
    return None


def _proxies(url: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The variables that name a proxy for `url`, the first one first."""
    scheme = url.partition(":")[0].lower()
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    return _set(names, environ)


def _set(names: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in names if environ.get(name))
