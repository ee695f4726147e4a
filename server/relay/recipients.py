"""Who may receive something: everybody, some users, or everybody but some users."""

from __future__ import annotations

from dataclasses import dataclass

from ..types import UserId


@dataclass(frozen=True, slots=True)
class Recipients:
    """`users`; or, with `but`, everybody except `users`, anonymous users included."""

    users: frozenset[UserId]
    but: bool = False

    def __contains__(self, user: UserId | None) -> bool:
        return (user in self.users) is not self.but

    def __bool__(self) -> bool:
        return self.but or bool(self.users)

    def without(self, users: frozenset[UserId]) -> Recipients:
        """These recipients except `users`."""
        return Recipients(self.users | users if self.but else self.users - users, self.but)


EVERYBODY = Recipients(frozenset(), but=True)
