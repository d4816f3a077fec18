"""A value that is whatever a template takes it for, and says something hostile in every place."""

import random
from collections.abc import Iterator

MARK = "xssprobe"
WORDS = (
    f"<{MARK}>",
    f"</script><script>{MARK}()</script>",
    f'" onmouseover="{MARK}()" x="',
    f"' onfocus='{MARK}()' autofocus x='",
    f"><img src=x onerror={MARK}()>",
    f"javascript:{MARK}()",
    f"</title></textarea></style></pre><svg onload={MARK}()>",
    f"{{{{ {MARK} }}}}{{% {MARK} %}}",
    f"data:text/html,<script>{MARK}()</script>",
    f"--><{MARK}>]]>",
    f"hx-get=//evil.example {MARK}",
    f"\u202e{MARK}\u2066\x00\x1b]0;{MARK}\x07",
    f"&lt;{MARK}&gt;&#x3c;{MARK}>",
    f"`${{{MARK}}}`",
    f"//evil.example/{MARK}",
    f"line\r\nSet-Cookie: {MARK}=1\n\ndata: <{MARK}>",
)


class Hostile:
    """Any attribute, item, call, member and text of it is hostile; as a number it is small."""

    def __init__(self, chance: random.Random, depth: int = 0) -> None:
        self._chance = chance
        self._depth = depth

    def _next(self) -> "Hostile":
        return Hostile(self._chance, self._depth + 1)

    def __getattr__(self, name: str) -> "Hostile":
        if name.startswith("__"):  # above all __html__: it is no markup
            raise AttributeError(name)
        return self._next()

    def __getitem__(self, key: object) -> "Hostile":
        if isinstance(key, int) and key > 1:
            raise IndexError(key)
        return self._next()

    def __call__(self, *_: object, **__: object) -> "Hostile":
        return self._next()

    def __iter__(self) -> Iterator["Hostile"]:
        return iter([self._next(), self._next()] if self._depth < 6 else [])

    def __reversed__(self) -> Iterator["Hostile"]:
        return iter(self)

    def __len__(self) -> int:
        return 2

    def __bool__(self) -> bool:
        return self._chance.random() < 0.6

    def __contains__(self, other: object) -> bool:
        return bool(self)

    def __eq__(self, other: object) -> bool:
        return self._chance.random() < 0.3

    def __hash__(self) -> int:
        return 1

    def __str__(self) -> str:
        return self._chance.choice(WORDS)

    def __float__(self) -> float:
        return self._chance.choice((0.0, 1.5, 40.0))

    def __int__(self) -> int:
        return self._chance.choice((0, 1, 7))

    __index__ = __int__

    def __lt__(self, other: object) -> bool:
        return bool(self)

    __gt__ = __le__ = __ge__ = __lt__

    def _number(self, other: object) -> float:
        return float(self)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _number
    __mod__ = __rmod__ = __floordiv__ = __round__ = __neg__ = __abs__ = lambda self, *_: float(self)
