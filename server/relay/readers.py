"""For whose eyes something is: everybody's, some people's, or those of everybody but some."""

from __future__ import annotations

from dataclasses import dataclass

from ..types import UserId


@dataclass(frozen=True, slots=True)
class Audience:
    """Only `users`; or with `but` everybody except them, those who are not signed in too."""

    users: frozenset[UserId]
    but: bool = False

    def __contains__(self, user: UserId | None) -> bool:
        return (user in self.users) is not self.but

    def __bool__(self) -> bool:
        return self.but or bool(self.users)

    def without(self, users: frozenset[UserId]) -> Audience:
        """Those of this audience who are not among `users`."""
        return Audience(self.users | users if self.but else self.users - users, self.but)


EVERYBODY = Audience(frozenset(), but=True)
