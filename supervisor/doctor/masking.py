"""Takes secrets and the names of people out of what is shown, so that a report may be pasted anywhere. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from config.secret import redacted
from config.syntax.mask import MASK, conceal_credentials, printable
from supervisor.doctor.examination import Report, Result
from supervisor.doctor.finding import Finding

_FOLDERS = re.compile(r"(?i)((?:/home|/users|[a-z]:[\\/]users)[\\/])([^\\/\s:;,'\"`)]+)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"usr_[0-9a-f-]{8,}")
# Devices are called after their owners: Anna's AirPods, AirPods von Anna.
_OWNER = re.compile(r"\b(?!(?:Gerald|VRChat|Python|Windows|Debian)\b)[^\W\d_a-z][\w-]*(?=['’]s\b)")
_OWNED = re.compile(r"(?<=\bvon )[A-Z][\w-]*|(?<=\bde )[A-Z][\w-]*|(?<=\bdi )[A-Z][\w-]*")
_KNOWN = frozenset({"", "unknown", "root", "localhost", "user", "default"})


@dataclass(frozen=True, slots=True)
class Masker:
    """home: the user's own folder, shown as ~; "" if there is none. names: whatever must not be read."""

    home: str
    names: tuple[str, ...]

    def text(self, text: str) -> str:
        """The text as it may be shown."""
        text = conceal_credentials(redacted(printable(text)))
        if len(self.home) > 1:
            text = re.sub(rf"{re.escape(self.home)}(?=[\\/\s:;,'\"`)]|$)", "~", text)
        for pattern in (_MAIL, _ACCOUNT, _OWNER, _OWNED):
            text = pattern.sub(MASK, text)
        for name in self.names:
            text = re.sub(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", MASK, text)
        return _FOLDERS.sub(rf"\g<1>{MASK}", text)

    def finding(self, finding: Finding) -> Finding:
        """The same for a finding."""
        return Finding(finding.severity, self.text(finding.seen), self.text(finding.remedy))

    def report(self, report: Report) -> Report:
        """The same for all of them."""
        results = (
            Result(one.name, one.title, tuple(map(self.finding, one.findings)), one.seconds)
            for one in report.results
        )
        return msgspec.structs.replace(report, results=tuple(results))


def masker(home: str, names: Iterable[str]) -> Masker:
    """Longer names first: a name may be a part of another one."""
    known = {name.strip() for name in names} - _KNOWN
    return Masker(home, tuple(sorted((n for n in known if len(n) > 1), key=lambda n: (-len(n), n))))
