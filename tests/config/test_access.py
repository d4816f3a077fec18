"""Who may read a file on Windows."""

import sys
from pathlib import Path

import pytest

from config.access import PRIVATE, crowds_that_read, keep_private, others_that_read
from config.files import write_private
from config.secrets.key_file import EncryptionKeyError, make_key_file, read_key_file

OWN = "S-1-5-21-1004336348-1177238915-682003330-1001"
windows = pytest.mark.skipif(sys.platform != "win32", reason="lists of access")


@pytest.mark.parametrize(
    ("sddl", "who"),
    [
        (PRIVATE, ()),
        (f"O:{OWN}D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;{OWN})", ()),  # below a user's own folder
        (
            "O:BAD:AI(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)",
            ("all users", "sign in"),
        ),  # below C:\
        ("D:(A;;FR;;;WD)", ("everyone",)),
        ("D:(A;;GRGX;;;WD)", ("everyone",)),
        ("D:(A;;0x80000000;;;WD)", ("everyone",)),
        ("D:(A;;CCDC;;;BG)", ("guests",)),
        ("D:(A;;FR;;;WD)(A;;FA;;;WD)", ("everyone",)),
        ("D:(A;;FW;;;WD)", ()),
        ("D:(A;;0x2;;;WD)", ()),
        ("D:(D;;FA;;;WD)", ()),
        ("D:(A;OICIIO;FA;;;WD)", ()),  # only what will be made below
        ("D:", ()),
        ("O:BA", ("everyone",)),
        ("D:NO_ACCESS_CONTROL", ("everyone",)),
        ("", ("everyone",)),
    ],
)
def test_groups_that_nobody_has_chosen_are_told(sddl: str, who: tuple[str, ...]) -> None:
    found = crowds_that_read(sddl)
    assert len(found) == len(who)
    assert all(words in said for words, said in zip(who, found, strict=True))


@windows
def test_what_is_kept_private_is_read_by_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "key"
    make_key_file(file)
    assert others_that_read(file) == ()
    assert len(read_key_file(file)) == 32
    other = tmp_path / "own.json"
    write_private(other, b"{}")
    assert others_that_read(other) == ()
    assert other.read_bytes() == b"{}"
    with pytest.raises(OSError, match="gone"):
        keep_private(tmp_path / "gone")


def test_a_key_that_others_may_read_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    make_key_file(file)
    monkeypatch.setattr("config.secrets.key_file.others_that_read", lambda _: ("everyone", "guests"))
    with pytest.raises(EncryptionKeyError, match="can be read by everyone and guests") as caught:
        read_key_file(file)
    assert f'icacls "{file}"' in caught.value.hint
