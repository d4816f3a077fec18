from pathlib import Path

import pytest

from config.plugins.errors import ManifestError
from config.plugins.manifest import parse_manifest, read_manifest
from config.plugins.plugin import Plugin
from config.schema.plugins import settings_of

HEAD = 'interface = 1\nabout = "Hats."\n'


def test_settings_become_a_section_like_those_of_gerald() -> None:
    manifest = parse_manifest(
        HEAD
        + '[settings.size]\ntype = "float"\ndefault = 7\nat_least = 0\nunit = "cm"\nabout = "How large."\n'
        + '[settings.kind]\ntype = "text"\ndefault = "cap"\none_of = ["cap", "fez"]\nabout = "Which."\n'
        + '[settings.words]\ntype = "texts"\ndefault = ["a"]\nabout = "What is said."\n'
        + '[settings.licence]\ntype = "secret"\nabout = "For the shop."\n'
    )
    section = settings_of(Plugin("hats", "gerald-hats 1", manifest=manifest))
    made = section()
    assert (made.size, made.kind, made.words, made.licence) == (7.0, "cap", ("a",), None)  # type: ignore[attr-defined]
    assert section.model_validate({"licence": "abcdefgh", "kind": "fez"}).licence.reveal() == "abcdefgh"  # type: ignore[attr-defined]
    for wrong in ({"size": -1.0}, {"size": "7"}, {"kind": "hat"}, {"words": [1]}, {"other": 1}):
        with pytest.raises(ValueError, match="validation error"):
            section.model_validate(wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "written for interface None of plugins; this Gerald has 1"),
        ('interface = 2\nabout = "x"', "written for interface 2 of plugins; this Gerald has 1"),
        ("interface = 1", "missing required field `about`"),
        (HEAD + "colour = 1", "unknown field `colour`"),
        (HEAD + 'messages = "a b"', "messages"),
        (HEAD + '[settings.x]\ntype = "int"\nabout = "x"', "settings.x: it has no default"),
        (
            HEAD + '[settings.x]\ntype = "int"\nabout = "x"\ndefault = true',
            "settings.x: its default is not of",
        ),
        (HEAD + '[settings.x]\ntype = "int"\nabout = "x"\ndefault = 3\nat_most = 2', "out of its range"),
        (HEAD + '[settings.x]\ntype = "bool"\nabout = "x"\ndefault = true\nat_most = 2', "are for numbers"),
        (HEAD + '[settings.x]\ntype = "secret"\nabout = "x"\ndefault = "k"', "a secret has no default"),
        (HEAD + '[settings.x]\ntype = "text"\nabout = "x"\ndefault = "k"\none_of = ["a"]', "not in one_of"),
        (HEAD + '[settings.x]\ntype = "text"\nabout = "x"\ndefault = 5', "not of the type text"),
        (HEAD + '[settings.X]\ntype = "text"\nabout = "x"\ndefault = "5"', "settings"),
        (HEAD + '[settings.model_x]\ntype = "text"\nabout = "x"\ndefault = "5"', "this name is taken"),
        (HEAD + '[settings.copy]\ntype = "text"\nabout = "x"\ndefault = "5"', "this name is taken"),
        ("interface = ", "Invalid value"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"\S") as caught:
        parse_manifest(text)
    assert said in str(caught.value)


def test_an_error_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "gerald-plugin.toml"
    for content in (None, b"interface = 2", b"\xff", b"x" * 70_000):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ManifestError, match=r"gerald-plugin\.toml"):
            read_manifest(file)
