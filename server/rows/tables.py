"""`/rows/{table or view}`: reading and writing rows as the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from psycopg.errors import ObjectNotInPrerequisiteState
from starlette.requests import Request
from starlette.responses import Response

from ..identity.tokens import claims_of
from ..problem import Problem, problem_from_database, refusal
from ..resource import public_path
from ..types import Claims, RoomId
from . import paging, response, statement
from .answers import Returning
from .body import an_object, batches, check_same_keys, json_of, objects
from .bounds import check_patterns
from .catalogue import Catalogue, Relation
from .embedding import joined
from .fragments import Part
from .prefer import Accepted, Preferences, accepted, check_profile, preferences
from .query import Query, parse
from .selection import Field, Selected, not_offered
from .statement import Change
from .transaction import Answer, transact_parts

if TYPE_CHECKING:
    from ..postgres.pools import Database


class TableRequest:
    """A request to a table: its user, its table, its query and the form of its answer.

    Raises Problem for what can be refused without the database.
    """

    def __init__(self, request: Request, table: Relation, *, writes: bool) -> None:
        self.catalogue: Catalogue = request.state.rows
        self.table = table
        self.database: Database = request.state.database
        self.rows_limit: int = request.state.settings.rows_limit
        self.claims: Claims = claims_of(request)
        self.accepted: Accepted = accepted(request.headers)
        self.preferences: Preferences = preferences(request.headers)
        self.query: Query = parse(request.scope["query_string"])
        check_patterns(self.query, self.claims)
        self.writes = writes

    @classmethod
    async def of(cls, request: Request, *, writes: bool) -> TableRequest:
        """Find the table and parse the request."""
        check_profile(request.headers, writes=writes)
        catalogue: Catalogue = request.state.rows
        table = await catalogue.relation(request.path_params["table"])
        return cls(request, table, writes=writes)

    def returning(self) -> Returning | None:
        """The columns of the answer; None for a write that returns no rows.

        What a write can do nothing with is refused either way: Problem PGRST127, PGRST200, PGRST201.
        """
        anonymous = not self.claims
        if self.writes and any(embedded.inner for embedded in self.query.embeds):
            raise not_offered("!inner in a write")
        embedded = joined(
            self.catalogue,
            self.table.source,
            self.query,
            self.table.name,
            anonymous=anonymous,
            limit=self.rows_limit,
        )
        if self.writes and self.preferences.answer != "representation":
            return None
        return Returning(
            self.query.select,
            self.table.seen_by(anonymous=anonymous),
            self.database.answer_limit,
            self.accepted.strip_nulls,
            embedded,
        )

    async def transact(
        self, parts: list[Part], *, returns: bool, check: Callable[[Answer], None] | None = None
    ) -> Answer:
        """Run these statements in one transaction as the user. `returns`: they return rows. Raises psycopg errors, and Problem."""
        unchecked = (
            not returns and self.preferences.max_affected is None and not self.accepted.single
        )
        try:
            return await transact_parts(
                self.database,
                self.claims,
                parts,
                check or self.check_single,
                read_only=not self.writes,
                timezone=self.preferences.timezone,
                commits=unchecked,
            )
        except ObjectNotInPrerequisiteState as error:  # a view that can only be read
            problem = problem_from_database(error)
            problem.headers |= response.not_allowed(self.table).headers
            raise problem from error

    def check_single(self, answer: Answer) -> None:
        response.check_single(answer, self.accepted)

    def check_changed(self, answer: Answer) -> None:
        response.check_affected(answer, self.preferences)
        response.check_single(answer, self.accepted)

    def check_whole(self, command: str) -> None:
        """Refuse a part of the rows for a write: which part that is, could not be known."""
        parts = (self.query, *self.query.embedded.values())
        limited = any(each.limit is not None or each.offset is not None for each in parts)
        if limited or self.query.order:
            self._check_writes(command)
            raise refusal("PGRST100", f"{command} takes no limit, offset or order: use filters")

    def check_unfiltered(self) -> None:
        """Refuse filters for an INSERT, which could not use them."""
        if self.query.filters:
            self._check_writes("INSERT")
            raise refusal("PGRST100", "INSERT takes no filters")
        self.check_whole("INSERT")

    def check_filtered(self, command: str) -> None:
        """Refuse an UPDATE or DELETE without a WHERE."""
        if not self.query.filters:
            self._check_writes(command)
            raise Problem(
                400,
                "21000",
                f"{command} requires a WHERE clause",
                details=f"Without a filter, it would apply to every row of {self.table.name}.",
                hint=f"Choose rows by a filter: /rows/{self.table.name}?id=eq.7",
                rule="rows_are_chosen_by_a_filter",
            )
        self.check_whole(command)

    def _check_writes(self, command: str) -> None:
        """Refuse a method by which nobody may write the table, instead of what is wrong with the request."""
        if response.METHOD_OF[command] not in self.table.writes:
            raise response.not_allowed(self.table)


async def get(request: Request) -> Response:
    """`GET` and `HEAD`: the rows that the query string selects."""
    table_request = await TableRequest.of(request, writes=False)
    page = paging.requested(request, table_request.query)
    returning = table_request.returning()
    assert returning is not None

    count = table_request.preferences.count
    part = statement.read(table_request.table, table_request.query, returning, page, count=count)
    answer = await table_request.transact([part], returns=True)
    return paging.part(answer, page, table_request.accepted, table_request.preferences)


async def options(request: Request) -> Response:
    """`OPTIONS`: the methods that some user may send (RFC 9110, 9.3.7)."""
    catalogue: Catalogue = request.state.rows
    table = await catalogue.relation(request.path_params["table"])
    return response.allowed("GET", "HEAD", *table.writes)


async def otherwise(request: Request) -> Response:
    """A method that no table has."""
    catalogue: Catalogue = request.state.rows
    problem = response.not_allowed(await catalogue.relation(request.path_params["table"]))
    if request.method == "PUT":
        problem.hint = "Use POST with Prefer: resolution=merge-duplicates."
    raise problem


async def post(request: Request) -> Response:
    """`POST`: insert one object or an array of them; with `resolution`, upsert."""
    table_request = await TableRequest.of(request, writes=True)
    table, query, preferred = table_request.table, table_request.query, table_request.preferences
    table_request.check_unfiltered()
    value, text = await json_of(request)
    items = objects(value, at_most=table_request.rows_limit)
    if query.columns is None:
        check_same_keys(items)
    for name in {*(query.columns or ()), *(query.on_conflict or ())}:
        table.type_of(name)
    groups = list(
        batches(items, text, columns=query.columns, missing_is_null=preferred.missing != "default")
    )
    returning = table_request.returning()
    if not (query.on_conflict or table.key):
        preferred = preferred.without("resolution")
    located = preferred.answer == "headers-only" and len(items) == 1 and bool(table.key)
    if located:
        key = tuple(Selected(Field(name)) for name in table.key)
        returning = Returning(key, (), table_request.database.answer_limit)
    parts = [
        statement.insert(
            table,
            batch.names,
            batch.body,
            conflict=query.on_conflict,
            resolution=preferred.resolution,
            updates=table.updated_by(anonymous=not table_request.claims),
            answer=returning,
        )
        for batch in groups
    ]

    if not parts:
        parts.append(statement.insert_nothing(table, returning))

    answer = await table_request.transact(parts, returns=returning is not None)
    if answer.size:
        _read_rooms(request, items)
    row = response.row_path(table, answer) if located else None
    location = None if row is None else public_path(request, row)
    new = answer.size if answer.total is None else answer.total
    merges = preferred.resolution == "merge-duplicates"
    total = str(answer.size) if preferred.count else "*"
    if returning is None or located:
        answer = Answer(None, answer.size)
    return response.rows(
        answer,
        table_request.accepted,
        preferred,
        status=200 if merges and not new else 201,
        content_range=f"*/{total}",
        location=location,
    )


async def patch(request: Request) -> Response:
    """`PATCH`: set the columns of one object in the rows that the filters choose."""
    table_request = await TableRequest.of(request, writes=True)
    table_request.check_filtered("UPDATE")
    value, text = await json_of(request)
    change = _change(table_request, an_object(value), text)
    returning = table_request.returning()

    if change.names or change.defaults:
        part = statement.update(table_request.table, change, table_request.query, returning)
    else:
        part = statement.update_nothing(table_request.table, returning)
    answer = await table_request.transact(
        [part], returns=returning is not None, check=table_request.check_changed
    )
    content_range = response.span(
        0, answer.size, answer.size if table_request.preferences.count else None
    )
    return _written(answer, table_request, content_range)


async def delete(request: Request) -> Response:
    """`DELETE`: the rows that the filters choose."""
    table_request = await TableRequest.of(request, writes=True)
    table_request.check_filtered("DELETE")
    returning = table_request.returning()
    part = statement.delete(table_request.table, table_request.query, returning)

    answer = await table_request.transact(
        [part],
        returns=returning is not None,
        check=table_request.check_changed,
    )
    total = str(answer.size) if table_request.preferences.count else "*"
    return _written(answer, table_request, f"*/{total}")


def _change(table_request: TableRequest, given: Mapping[str, Any], text: str) -> Change:
    """The columns to set: those of the body, or with `columns` exactly these, each null or its default if the body lacks it."""
    wanted = table_request.query.columns
    names = sorted(given) if wanted is None else wanted
    for name in names:
        table_request.table.type_of(name)
    defaults: tuple[str, ...] = ()
    if table_request.preferences.missing == "default":
        defaults = tuple(name for name in names if name not in given)
    return Change(tuple(name for name in names if name not in defaults), defaults, text)


def _read_rooms(request: Request, items: Sequence[Mapping[str, Any]]) -> None:
    """Send what these rows changed in their rooms, without waiting for the notification: they are committed."""
    for room in {item["room_id"] for item in items if type(item.get("room_id")) is int}:
        request.state.relay.logs.read_now(RoomId(room))


def _written(answer: Answer, table_request: TableRequest, content_range: str) -> Response:
    status = 204 if answer.text is None else 200
    return response.rows(
        answer,
        table_request.accepted,
        table_request.preferences,
        status=status,
        content_range=content_range,
    )
