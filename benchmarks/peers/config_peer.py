"""Configuration libraries beside us; run by .venv-peers, prints one JSON line with the median milliseconds.

`python config_peer.py pydantic-settings|dynaconf|omegaconf COUNT FILE...`, the files in rising priority.
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))


def pydantic_settings(files):
    """Reads, merges and validates with our own schema."""
    from pydantic import create_model
    from pydantic_settings import BaseSettings, YamlConfigSettingsSource

    from config.schema import Config

    class Base(BaseSettings, strict=True, extra="forbid", frozen=True):
        @classmethod
        def settings_customise_sources(cls, settings_cls, **sources):
            return (YamlConfigSettingsSource(settings_cls, yaml_file=files, deep_merge=True),)

    fields = {name: (field.annotation, field) for name, field in Config.model_fields.items()}
    settings = create_model("Settings", __base__=Base, **fields)
    return settings, lambda loaded: (loaded.bot.name, loaded.performance.cache_ttl)


def dynaconf(files):
    """Reads and merges; validates nothing."""
    from dynaconf import Dynaconf

    def load():
        settings = Dynaconf(
            settings_files=files, merge_enabled=True, load_dotenv=False, loaders=[], core_loaders=["YAML"]
        )
        settings.configure()
        return settings

    return load, lambda loaded: (loaded.bot.name, loaded.performance.cache_ttl)


def omegaconf(files):
    """Reads, merges and resolves references; validates nothing."""
    from omegaconf import OmegaConf

    def load():
        return OmegaConf.to_container(OmegaConf.merge(*map(OmegaConf.load, files)), resolve=True)

    return load, lambda loaded: (loaded["bot"]["name"], loaded["performance"]["cache_ttl"])


def main():
    who, count, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    peers = {"pydantic-settings": pydantic_settings, "dynaconf": dynaconf, "omegaconf": omegaconf}
    load, look = peers[who](files)
    assert look(load()) == ("Beside", 120), "the layers were not merged"
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        load()
        times.append(time.perf_counter() - begun)
    print(json.dumps({"median": statistics.median(times) * 1e3}))


if __name__ == "__main__":
    main()
