"""The file in which the session outlives a restart: the cookies, and what is kept beside them, encrypted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from actors.vocabulary.values import tombstone
from actors.vrchat.state import Kept
from config.files import read_limited, write_private
from config.schema import Secret

NAME = "vrchat.session"
ABOUT = b"vrchat session"
LARGEST = 4 << 20
_LOCKED = "bring the key with which it was encrypted, or delete the file and type `supervisor vrchat login`"


class Cipher(Protocol):
    """An authenticated cipher. about: what the data belongs to, the same for both."""

    def encrypt(self, data: bytes, about: bytes) -> bytes: ...
    def decrypt(self, data: bytes, about: bytes) -> bytes:
        """Raises ValueError for another key, or for data that was altered or moved."""


class SessionUnusable(Exception):
    """The file cannot be read or written; `remedy` says what to do."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.remedy = remedy


class _Content(msgspec.Struct, frozen=True):
    """account: the hash of its name and of the service's address, "" once there were none."""

    account: str
    cookies: dict[str, str] = {}
    kept: Kept = Kept()


class SessionFile:
    """The session of the account `name` at the service `url`. Not for several threads.

    cookies: by name, as they are now; a copy of each is hidden in logs and crash reports."""

    def __init__(self, home: Path, cipher: Cipher | None, name: str, url: str) -> None:
        self.path = home / "data" / NAME
        self.cookies: dict[str, str] = {}
        self._cipher = cipher
        self._account = tombstone(f"{url} {name}")

    def read(self) -> Kept:
        """What is kept. Of another account only the requests count, which were of this machine. Raises
        SessionUnusable."""
        try:
            self._usable().encrypt(b"", ABOUT)  # it may be one that only says why there is none
            data = self._usable().decrypt(read_limited(self.path, LARGEST), ABOUT)
            content = msgspec.msgpack.decode(data, type=_Content)
        except FileNotFoundError:
            return Kept()
        except SessionUnusable:
            raise
        except OSError as error:
            raise SessionUnusable(f"{self.path} cannot be read: {error.strerror or error}", _LOCKED) from None
        except (ValueError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SessionUnusable(f"{self.path} cannot be read: {error}", _LOCKED) from None
        except Exception as error:  # an unusable cipher's, whose class is another room's
            raise SessionUnusable(str(error), getattr(error, "remedy", "")) from None
        if content.account != self._account:
            return Kept(spent=content.kept.spent, paused_until=content.kept.paused_until)
        self.take(content.cookies)
        return content.kept

    def take(self, cookies: Mapping[str, str]) -> None:
        """These are new; an empty one is gone."""
        for name, value in cookies.items():
            if value:
                self.cookies[name] = Secret(value).reveal()  # from now on it is hidden
            else:
                self.cookies.pop(name, None)

    def write(self, kept: Kept) -> None:
        """Keep it; it outlasts a power failure. Raises SessionUnusable."""
        data = msgspec.msgpack.encode(_Content(self._account, self.cookies, kept))
        try:
            write_private(self.path, self._usable().encrypt(data, ABOUT))
        except SessionUnusable:
            raise
        except OSError as error:
            remedy = "make room, or let this user write there"
            raise SessionUnusable(
                f"{self.path} cannot be written: {error.strerror or error}", remedy
            ) from None
        except Exception as error:  # an unusable cipher's
            raise SessionUnusable(str(error), getattr(error, "remedy", "")) from None

    def code(self, encrypted: bytes, about: bytes) -> str:
        """A code that was typed. Raises ValueError."""
        return self._usable().decrypt(encrypted, about).decode()

    def _usable(self) -> Cipher:
        if self._cipher is None:
            raise SessionUnusable("the session could not be encrypted", "restart Gerald")
        return self._cipher
