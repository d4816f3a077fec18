"""What can go wrong with a configuration, catchable at three widths.

    ConfigurationError            anything below
    |-- LoadError                 a file that cannot be read or parsed, a profile that does not exist (exit 2)
    `-- ValidationError           a configuration that was read, and is not valid (exit 1)

Each carries the problems with their file, line and column; no message contains a secret value."""

from collections.abc import Sequence

from config.syntax.problem import Problem


class ConfigurationError(Exception):
    """Something is wrong with the configuration; `problems` says what and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class LoadError(ConfigurationError):
    """A layer cannot be read or parsed. `problem` is the one that stopped the reading."""

    def __init__(self, problem: Problem) -> None:
        super().__init__((problem,))
        self.problem = problem


class ValidationError(ConfigurationError):
    """Every layer could be read, and the values are not valid together."""
