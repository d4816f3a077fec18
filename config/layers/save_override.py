"""Puts a runtime override into `data/overrides.yaml`, where it outlives the process."""

from config.home import Home, shown_path
from config.layers.environment import override_layers, split_key
from config.layers.overrides import placed, removed, write_overrides
from config.schema.walk import is_optional, is_text
from config.syntax.node import SourceText, find, plain
from config.syntax.yaml_reader import decode, parse, read_bytes


def save_override(home: Home, key: str, text: str | None) -> None:
    """Save a value as it would be written after `--set KEY=`; None takes it out. Raises LoadError or OSError."""
    shown = shown_path(home.overrides_file)
    data = read_bytes(home.overrides_file, shown, "overrides")
    source = SourceText("overrides", shown, decode(data, shown, "overrides") if data else "")
    saved = plain(parse(source.text, source))
    path = split_key(key)
    if text is None:
        write_overrides(home, removed(saved, path))
        return
    (layer,) = override_layers((f"{key}={text}",))
    node = find(layer, path)
    assert node is not None
    # In a file a number is a number: the field that it is for decides here, as it does on the command line.
    as_text = node.text is not None and is_text(path) and not (node.value is None and is_optional(path))
    write_overrides(home, placed(saved, path, node.text if as_text else plain(node)))
