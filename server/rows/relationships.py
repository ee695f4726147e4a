"""Which tables and views can be embedded in which others: by foreign keys, also through a table between them.

These are PostgREST's rules (its manual: Resource Embedding), so that a request finds the same relationship, or none, or several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, permutations
from typing import Final, Literal

from ..problem import refusal
from .view_columns import View

Cardinality = Literal["many-to-one", "one-to-many", "one-to-one", "many-to-many"]
Pairs = tuple[tuple[str, str], ...]

MOST_WAYS: Final = 16
"""Of a view that has the columns of a key several times: more is not a choice, and their number has no bound."""

_INVERSE: Mapping[Cardinality, Cardinality] = {
    "many-to-one": "one-to-many",
    "one-to-one": "one-to-one",
}


@dataclass(frozen=True, slots=True)
class Junction:
    """The table between two others: its foreign keys to both, `name` to the target, as pairs of (its column, theirs)."""

    table: str
    names: tuple[str, str]
    source: Pairs
    target: Pairs


@dataclass(frozen=True, slots=True)
class Relationship:
    """From rows of `source` to those of `target`: where the first column of each pair equals the second.

    `name` is the foreign key's. With a junction there are no pairs.
    """

    name: str
    source: str
    target: str
    pairs: Pairs
    cardinality: Cardinality
    target_is_view: bool = False
    junction: Junction | None = None

    @property
    def is_to_one(self) -> bool:
        """Whether at most one row of the target belongs to a row of the source."""
        return self.cardinality in {"many-to-one", "one-to-one"}

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The columns of the source that the rows are found by."""
        if self.junction:
            return tuple(theirs for _, theirs in self.junction.source)
        return tuple(mine for mine, _ in self.pairs)

    @property
    def hint(self) -> str:
        """What after `!` chooses this relationship among several."""
        return self.junction.table if self.junction else self.name

    @property
    def described(self) -> dict[str, str]:
        """As one of several in the details of PGRST201 (PostgREST manual, Errors)."""
        if self.junction:
            first, second = self.junction.names
            mine, theirs = self.junction.source, self.junction.target
            ends = f"{first}{_listed(mine, 0)} and {second}{_listed(theirs, 0)}"
            using = f"{self.junction.table} using {ends}"
        else:
            ends = (
                f"{self.source}{_listed(self.pairs, 0)} and {self.target}{_listed(self.pairs, 1)}"
            )
            using = f"{self.name} using {ends}"
        return {
            "cardinality": self.cardinality,
            "embedding": f"{self.source} with {self.target}",
            "relationship": using,
        }

    def inverse(self, *, source_is_view: bool) -> Relationship:
        """The same, from the other side."""
        return Relationship(
            self.name,
            self.target,
            self.source,
            tuple((theirs, mine) for mine, theirs in self.pairs),
            _INVERSE[self.cardinality],
            source_is_view,
        )

    def is_called(self, target: str, hint: str | None) -> bool:
        """Whether a request for this target, with this hint, means this relationship."""
        if self.source == self.target:
            return self._self_is_called(target, hint)
        only = self.pairs[0] if len(self.pairs) == 1 else (None, None)
        if hint is None:
            by_key = not self.target_is_view and target in {self.name, only[0]}
            return target == self.target or (by_key and self.junction is None)
        names = {self.junction.table} if self.junction else {self.name, *only}
        return target == self.target and hint in names

    def _self_is_called(self, target: str, hint: str | None) -> bool:
        """A table to itself: the many by the table's name, the one by the name of the column."""
        mine, theirs = self.pairs[0] if len(self.pairs) == 1 else (None, None)
        many = self.cardinality == "one-to-many" and target == self.target
        if hint is not None:
            return many and hint == theirs
        return many or (self.cardinality == "many-to-one" and target == mine)


def _listed(pairs: Pairs, side: Literal[0, 1]) -> str:
    return f"({', '.join(pair[side] for pair in pairs)})"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A row of relationships.sql, with names."""

    name: str
    source: str
    target: str
    source_columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    is_unique: bool


class Relationships:
    """All relationships of the schema. Only those between `served` relations count, by name, each with its primary key.

    `computed`: the relation and the name of each function of its row that returns rows. PostgREST takes it instead of a foreign key.
    """

    def __init__(
        self,
        keys: Iterable[ForeignKey],
        served: Mapping[str, tuple[str, ...]],
        views: Iterable[View],
        computed: Collection[tuple[str, str]] = (),
    ) -> None:
        self._computed = computed
        self._keys = list(keys)
        self._served = served
        self._views = {view.name: view for view in views}

    @cached_property
    def _junctions(self) -> Mapping[str, list[tuple[ForeignKey, tuple[str, ...]]]]:
        """By the name of each relation: its foreign keys that are part of its primary key, and its columns of them."""
        return {
            name: [
                (key, mine)
                for key in self._keys
                if not key.is_unique
                for mine in self._ways(name, key.source, key.source_columns)
                if primary.issuperset(mine)
            ]
            for name, primary in ((name, frozenset(key)) for name, key in self._served.items())
        }

    def find(self, source: str, target: str, hint: str | None) -> Relationship:
        """The relationship that is meant. Raises Problem PGRST200 for none, PGRST201 for several."""
        meant = [
            each
            for other in self._targets(source, target)
            for each in self._between(source, other)
            if each.is_called(target, hint)
        ]
        if any(
            (source, name) in self._computed for name in (target, *(each.target for each in meant))
        ):
            raise refusal(
                "PGRST200",
                f"{target[:60]!r} of {source} is a relationship by a function, which is not offered here",
                hint="A relationship is a foreign key; /openapi.json describes the tables.",
            )
        if len(meant) == 1:
            return meant[0]
        if not meant:
            raise refusal(
                "PGRST200",
                f"there is no relationship between {source} and {target[:60]!r}",
                details=None if hint is None else f"None is called {hint[:60]!r}.",
                hint="A relationship is a foreign key; /openapi.json describes the tables.",
            )
        hints = ", ".join(f"{target}!{each.hint}" for each in meant)
        raise refusal(
            "PGRST201",
            f"there are several relationships between {source} and {target}",
            details=[each.described for each in meant],
            hint=f"Choose one of them: {hints}",
        )

    def _targets(self, source: str, called: str) -> set[str]:
        """The relations that may be called so: by their own name, or by the name or a column of a foreign key."""
        found = {called, source}
        for key in self._keys:
            for table, columns, other in (
                (key.source, key.source_columns, key.target),
                (key.target, key.target_columns, key.source),
            ):
                ways = self._ways(source, table, columns)
                if called == key.name or any(called in way for way in ways):
                    found.add(other)
        return found & self._served.keys()

    def _between(self, source: str, target: str) -> Iterator[Relationship]:
        yield from self._to_one(source, target)
        for each in self._to_one(target, source):
            yield each.inverse(source_is_view=target in self._views)
        yield from self._through_junctions(source, target)

    def _to_one(self, source: str, target: str) -> Iterator[Relationship]:
        for key in self._keys:
            for mine in self._ways(source, key.source, key.source_columns):
                for theirs in self._ways(target, key.target, key.target_columns):
                    yield Relationship(
                        key.name,
                        source,
                        target,
                        tuple(zip(mine, theirs, strict=True)),
                        "one-to-one" if key.is_unique else "many-to-one",
                        target in self._views,
                    )

    def _through_junctions(self, source: str, target: str) -> Iterator[Relationship]:
        """Many-to-many, where the primary key of a table, or view, has two foreign keys."""
        for table, keys in self._junctions.items():
            for (first, mine), (second, other) in permutations(keys, 2):
                if first.name == second.name:
                    continue
                for ours in self._ways(source, first.target, first.target_columns):
                    for theirs in self._ways(target, second.target, second.target_columns):
                        junction = Junction(
                            table,
                            (first.name, second.name),
                            tuple(zip(mine, ours, strict=True)),
                            tuple(zip(other, theirs, strict=True)),
                        )
                        yield Relationship(
                            second.name,
                            source,
                            target,
                            (),
                            "many-to-many",
                            target in self._views,
                            junction,
                        )

    def _ways(self, relation: str, table: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The columns of a relation that are these of a table: itself, or a view that may have each several times."""
        if relation == table:
            return [columns]
        view = self._views.get(relation)
        return [] if view is None else [*islice(view.shown(table, columns), MOST_WAYS)]
