"""What is examined: a home with its configuration, and the instance that runs in it, if one does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.files import CHECKOUT_LIST, list_path
from config.home import Home
from config.schema import Config
from config.syntax.problem import Problem
from supervisor.doctor.running import Running

LOCK = CHECKOUT_LIST.parent.parent / "tools" / "lock"
"""The versions that Gerald is tested with; not there in an installed wheel."""


@dataclass(frozen=True, slots=True)
class Subject:
    """config: without the errors that `problems` name. sound: play a sound. ask_model: ask model servers for a word,
    and one of them for its time. models, lock: the lists that this machine is compared with."""

    home: Home
    config: Config = field(default_factory=Config)
    problems: tuple[Problem, ...] = ()
    running: Running = field(default_factory=Running)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    sound: bool = False
    ask_model: bool = True
    models: Path = field(default_factory=list_path)
    lock: Path = LOCK
