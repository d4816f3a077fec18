"""What an earlier version has written still opens: the secrets, the data key, and what was encrypted with it."""

import os
import shutil
from pathlib import Path

import pytest

from config.home import Home
from config.secrets.data_key_file import open_data_cipher
from config.secrets.key_file import KEY_FILE_VARIABLE, PASSPHRASE_VARIABLE, KeySource
from config.secrets.secrets_file import open_secrets

KEPT = Path(__file__).parent / "kept"


@pytest.mark.parametrize("name", ["keyfile", "passphrase"])
def test_a_home_of_an_earlier_version_opens(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    shutil.copytree(KEPT / name, home.path)
    environ = {PASSPHRASE_VARIABLE: "correct horse"}
    if name == "keyfile":
        (home.path / "key").chmod(0o600)
        environ = {KEY_FILE_VARIABLE: str(home.path / "key")}
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    keys = KeySource(environ)
    file = open_secrets(home, keys)
    assert file is not None
    assert file.plain_text() == (
        '# mine\nllm:\n  api_key: "sk-kept-0123456789abcdef"  # from the shop\n  max_tokens: 200\n'
        'bot:\n  personality: "kind\\nand shy\\n"\nosc: {enabled_events: ["touch", "gestures"]}\n'
        'vrchat:\n  username: "somebody"\n'
    )
    assert file.metadata.revision == 2
    cipher = open_data_cipher(home, keys, make=False)
    record = (home.data / "record").read_bytes()
    assert cipher.decrypt(record, b"conversation 7") == b"what the owner said"
    assert {path: path.read_bytes() for path in home.path.rglob("*") if os.path.isfile(path)} == before
