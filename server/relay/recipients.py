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

    def minus(self, others: Recipients) -> Recipients:
        """Those of these who are not among the others."""
        if not others.all_except:
            left = self.users | others.users if self.all_except else self.users - others.users
            return Recipients(left, self.all_except)
        if self.all_except:
            return Recipients(others.users - self.users)
        return Recipients(self.users & others.users)


EVERYBODY = Recipients(frozenset(), all_except=True)
