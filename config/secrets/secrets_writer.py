"""Writes `config/secrets.yaml`: what changed gets a new token, all else stays byte for byte; whole or not at all."""

import json

import filelock
import msgspec

from config.files import write_private
from config.home import Home, shown_path
from config.secrets.cipher import PREFIX, SecretsCipher, fingerprint
from config.secrets.key_file import KeySource
from config.secrets.metadata import SecretsMetadata
from config.secrets.secrets_file import SecretsFile, note_revision, open_text
from config.secrets.wrapped_key import WrappedKey
from config.secrets.yaml_edit import quoted
from config.secrets.yaml_values import LAYER, METADATA, read_values
from config.syntax.errors import LoadError, ValidationError
from config.syntax.mask import conceal
from config.syntax.node import SourceText
from config.syntax.parse_error import refuse
from config.syntax.problem import Key, Problem, dotted
from config.validation.validate import validate

HEAD = "# Gerald's secrets. Read and write them with `supervisor secrets edit`, or set, get, list.\n"


def check_plain(text: str, shown: str) -> None:
    """Raise LoadError or ValidationError, without values, for a text that the configuration could not take over."""
    found = read_values(text, shown)
    for key, node in found.nodes.items():
        if key[0] == METADATA:
            message = f"{METADATA} is the file's own section"
            raise refuse(found.source, message, node.key_line, node.key_column, "Remove it.")
        # Encrypted once more, it would be lost for good: only the section that is missing has its key.
        if isinstance(node.value, str) and node.value.startswith(PREFIX):
            hint = f"If the section {METADATA} is missing, restore the file from a backup."
            raise refuse(found.source, f"{dotted(key)} is encrypted already", node.line, node.column, hint)
    errors = [problem for problem in validate(found.tree, {}).errors if problem.file == shown]
    if errors:
        given = frozenset(str(node.value) for node in found.nodes.values() if len(str(node.value)) > 2)
        raise ValidationError([_concealed(problem, given) for problem in errors])


def encrypt_text(
    plain: str, data_key: bytes, wrapped: WrappedKey, revision: int, before: SecretsFile | None = None
) -> str:
    """The file's text for a readable one. before: the file so far; with its data key, unchanged values keep tokens."""
    found = read_values(plain)
    cipher = SecretsCipher(data_key, wrapped.id)
    old = before if before is not None and before.data_key == data_key else None
    tokens: dict[Key, str] = {}
    for key, node in found.nodes.items():
        same = old is not None and key in old.values and quoted(old.values[key]) == quoted(node.value)
        tokens[key] = old.tokens[key] if old is not None and same else cipher.encrypt(key, node.value)
    body = found.replaced(tokens)
    if body and not body.endswith("\n"):
        body += "\n"
    prints = {json.dumps(key): fingerprint(token) for key, token in tokens.items()}
    manifest = cipher.encrypt((METADATA, "manifest"), {"revision": revision, "values": prints})
    metadata = SecretsMetadata(wrapped, revision, manifest)
    signed = msgspec.structs.replace(metadata, mac=cipher.mac(body + metadata.text(signed=False)))
    return body + signed.text()


def exclusive(home: Home) -> filelock.FileLock:
    """The lock for changes of the file. Raises filelock.Timeout after 5 s."""
    home.data.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(home.data / "secrets.lock", timeout=5.0)


def write_secrets(home: Home, text: str, keys: KeySource) -> SecretsFile:
    """Put a text in the file's place, after opening it. Raises LoadError or OSError; then nothing has changed."""
    shown = shown_path(home.secrets_file)
    try:
        # The manifest was made of the values that were meant: what does not read back as they are does not open.
        file = open_text(SourceText(LAYER, shown, text), keys)
    except LoadError as error:
        message = f"would not read back as it was meant, and nothing was written: {error.problem.message}"
        raise refuse(SourceText(LAYER, shown), message, hint=error.problem.hint) from None
    # A link stays one, and what it points to does not keep its readable text.
    write_private(home.secrets_file.resolve(), text.encode("utf-8", "surrogatepass"))
    note_revision(home, file.metadata.wrapped.id, file.metadata.revision)
    return file


def _concealed(problem: Problem, given: frozenset[str]) -> Problem:
    message, hint = conceal(problem.message, given)[0], conceal(problem.hint, given)[0]
    return msgspec.structs.replace(problem, message=message, hint=hint, excerpt="", caret=0)
