"""What the page is encrypted with, while it is served."""

import contextlib
import datetime
from pathlib import Path

from config.home import Home
from config.schema.page import Page
from supervisor.page.gate.certificate import (
    Certificate,
    CertificateTrouble,
    context_of,
    load,
    made_certificate,
    read_certificate,
)

OWN = "page/certificate.pem"
"""In data/: what it makes for itself, with its key."""


class Tls:
    """names: what others call this machine, the configured host first. Raises CertificateTrouble."""

    def __init__(self, section: Page, home: Path, names: tuple[str, ...]) -> None:
        self._names = names
        self._file, self._key = home / "data" / OWN, None
        self._is_own = section.certificate is not None
        if section.certificate is not None:
            self._file = Home(home).resolve(section.certificate)
            self._key = Home(home).resolve(section.certificate_key) if section.certificate_key else None
        elif section.certificate_key is not None:
            raise CertificateTrouble(
                "page.certificate_key is there without page.certificate", "name both, or none"
            )
        self.certificate = self._newest()
        self.context = context_of(self._file, self._key)

    def renew(self) -> bool:
        """Take over another certificate: one that was about to end, or that the owner has exchanged. False where it is
        the same, or the new one cannot be used."""
        before = self.certificate
        with contextlib.suppress(CertificateTrouble):
            found = self._newest()
            if found.fingerprint != before.fingerprint:
                load(self.context, self._file, self._key)
                self.certificate = found
        return self.certificate is not before

    def ends_soon(self) -> bool:
        """Whether the owner's own must be renewed by the owner."""
        return self._is_own and self.certificate.ends_soon(_now())

    def _newest(self) -> Certificate:
        if self._is_own:
            return read_certificate(self._file)
        try:
            return made_certificate(self._file, self._names, _now())
        except OSError as error:
            why = f"{self._file} cannot be written: {error.strerror or error}"
            raise CertificateTrouble(why, "let this user write there") from None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
