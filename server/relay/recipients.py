"""Who may receive something: everybody, some users, or everybody but some users."""

from __future__ import annotations

from dataclasses import dataclass

from ..types import UserId


@dataclass(frozen=True, slots=True)
class Recipients:
    """`users`; or, with `all_except`, everybody except `users`, anonymous users included."""

    users: frozenset[UserId]
    all_except: bool = False

    def __contains__(self, user: UserId | None) -> bool:
        return (user in self.users) is not self.all_except

    def __bool__(self) -> bool:
        return self.all_except or bool(self.users)

    def without(self, users: frozenset[UserId]) -> Recipients:
        """These recipients except `users`."""
        return Recipients(
            self.users | users if self.all_except else self.users - users, self.all_except
        )


EVERYBODY = Recipients(frozenset(), all_except=True)
