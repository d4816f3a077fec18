"""Who is blocked: people with whom the bot has nothing to do, as the owner wants it. Pure."""

import msgspec

from actors.vocabulary.names import folded
from actors.vocabulary.type_names import durable
from actors.vocabulary.values import Person, person_named, tombstone

MOST = 500


@durable("vocabulary.Block")
class Block(msgspec.Struct, frozen=True):
    """One person. keys: hashes of the ids they go by, so that forgetting the person leaves the block. named_only: only
    their name is known, so that it is everybody of that name. name: "" once they are forgotten."""

    name: str
    keys: tuple[str, ...]
    named_only: bool = False

    def holds(self, person: Person) -> bool:
        """Whether it is this person. Who has another id of the game and the same name is somebody else."""
        if tombstone(person.user_id) in self.keys:
            return True
        return self.named_only and tombstone(person_named(person.name).user_id) in self.keys


def block_of(people: tuple[Person, ...]) -> Block:
    """The block of one person, who goes by all of these."""
    aliases = {one.user_id for one in people} | {person_named(one.name).user_id for one in people}
    named_only = aliases == {person_named(one.name).user_id for one in people}
    return Block(people[0].name, tuple(sorted(map(tombstone, aliases))), named_only)


@durable("vocabulary.Blocks")
class Blocks(msgspec.Struct, frozen=True):
    """Everybody who is blocked; the last one last."""

    blocks: tuple[Block, ...] = ()

    def holds(self, person: Person) -> bool:
        """Whether `person` is one of them."""
        return bool(self.blocks) and person.is_known and any(one.holds(person) for one in self.blocks)

    def adding(self, block: Block) -> "Blocks":
        """With one more; in place of what was known of the same person. Beyond the limit the oldest go."""
        left = tuple(one for one in self.blocks if not set(one.keys) & set(block.keys))
        return Blocks((*left, block)[-MOST:])

    def named(self, name_or_id: str) -> tuple[Block, ...]:
        """Those who go by this id or name."""
        key, id_key = folded(name_or_id), tombstone(name_or_id)
        return tuple(
            one for one in self.blocks if id_key in one.keys or (one.name and folded(one.name) == key)
        )

    def without(self, gone: tuple[Block, ...]) -> "Blocks":
        """Without these."""
        return Blocks(tuple(one for one in self.blocks if one not in gone))

    def nameless(self, keys: frozenset[str]) -> "Blocks":
        """Still all of them; but nothing is known of those with these hashes than that they are blocked."""
        return Blocks(
            tuple(
                msgspec.structs.replace(one, name="") if keys & set(one.keys) and one.name else one
                for one in self.blocks
            )
        )
