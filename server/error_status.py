"""The HTTP status of each code. The two tables are the whole mapping: `docs/errors.md` lists them, and a test compares the two."""

from __future__ import annotations

from collections.abc import Mapping

STATUS_OF_REFUSAL: Mapping[str, int] = {
    "PGRST100": 400,  # the query string does not parse
    "PGRST101": 405,  # this method is not for this function
    "PGRST102": 400,  # the body does not parse, or has the wrong shape
    "PGRST103": 416,  # the range cannot be satisfied
    "PGRST106": 406,  # the profile (schema) is not served here
    "PGRST107": 406,  # none of the accepted media types can be produced
    "PGRST108": 400,  # a parameter for a table that is not embedded
    "PGRST116": 406,  # the request is for one object, but the result is not exactly one row
    "PGRST117": 405,  # the method is not allowed here
    "PGRST118": 400,  # the order by a column of an embedded table that has many rows
    "PGRST122": 400,  # an unknown preference, with handling=strict
    "PGRST123": 400,  # aggregate functions are not offered
    "PGRST124": 400,  # more rows than max-affected would change
    "PGRST125": 404,  # unknown path
    "PGRST127": 400,  # a part of PostgREST that is not offered
    "PGRST128": 400,  # max-affected for a function that returns no set
    "PGRST200": 400,  # no relationship to embed a table by
    "PGRST201": 300,  # several relationships to embed a table by
    "PGRST202": 404,  # no such function, or not with these arguments
    "PGRST203": 300,  # several functions take these arguments
    "PGRST204": 400,  # no such column to write
    "PGRST205": 404,  # no such table or view
    "PGRST301": 401,  # the token is not trusted here
    "PGRST303": 401,  # the token has expired, or its claims are unusable
}
"""PostgREST's codes (PostgREST manual, Errors) as far as they are used here."""

STATUS_OF_SQLSTATE: Mapping[str, int] = {
    "08": 503,  # connection exception
    "0L": 403,  # invalid grantor
    "0P": 403,  # invalid role
    "21": 400,  # cardinality violation: an UPDATE or DELETE without a WHERE, a row upserted twice
    "22": 400,  # data exception: a value of the wrong type or form
    "23": 400,  # integrity constraint: CHECK and NOT NULL
    "23001": 409,  # restrict violation
    "23503": 409,  # foreign key violation
    "23505": 409,  # unique violation
    "23P01": 409,  # exclusion violation
    "25006": 405,  # a write in a read-only transaction: a GET that would change something
    "28": 401,  # invalid authorization: the token was revoked, or its user is gone
    "40": 503,  # transaction rollback: serialization failure or deadlock, after the retries of the relay
    "42": 400,  # syntax error or access rule violation: unknown column, operator, type
    "42501": 403,  # insufficient privilege (401 for an anonymous user)
    "42P01": 404,  # undefined table
    "42P17": 500,  # invalid object definition: a policy that refers to itself
    "53": 503,  # insufficient resources: no connection left, disk full
    "53400": 429,  # configuration limit exceeded: too much in a short time
    "54": 400,  # program limit exceeded: too deeply nested, too many columns
    "55": 409,  # object not in prerequisite state
    "55000": 405,  # a write to a view that can only be read
    "55P03": 503,  # lock not available: another transaction holds the row longer than the lock timeout
    "57": 503,  # operator intervention: the server is stopping or starting
    "57014": 504,  # query cancelled: the statement timeout
    "P0001": 400,  # raise exception without a code
    "P0002": 404,  # no data found
    "P0003": 400,  # too many rows
}
"""SQLSTATE, or its class of two characters, to status (PostgreSQL manual, appendix A)."""


def status_of(sqlstate: str, *, anonymous: bool = False) -> int:
    """The HTTP status for a SQLSTATE. 500 for errors that no client should be able to cause."""
    if sqlstate.startswith("PT") and sqlstate[2:].isascii() and sqlstate[2:].isdecimal():
        status = int(sqlstate[2:])  # PostgREST: SQL may name a status itself
        return status if 400 <= status <= 599 else 500
    if sqlstate == "42501" and anonymous:
        return 401
    return STATUS_OF_SQLSTATE.get(sqlstate) or STATUS_OF_SQLSTATE.get(sqlstate[:2]) or 500
