"""Strategies for query strings, bodies, headers and cursors: valid, nearly valid and nonsense."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st

ROWS = ["rooms", "participants", "users", "signals", "hallway", "rpc/hallway_rows", "rpc/room_log"]
PIECES = [
    *'().,:*!"\\{}%&=-> \t\0',
    *("->", "->>", "::", "...", "%00", "%ff", "%", "null", "true", "7", "-1", "9" * 30, "1e999"),
    *(
        "select",
        "order",
        "limit",
        "offset",
        "columns",
        "on_conflict",
        "or",
        "and",
        "not",
        "any",
        "all",
    ),
    *(
        "eq",
        "neq",
        "gt",
        "lt",
        "like",
        "imatch",
        "in",
        "is",
        "isdistinct",
        "cs",
        "cd",
        "ov",
        "sl",
        "adj",
        "fts",
    ),
    *(
        "id",
        "name",
        "muted",
        "peer_id",
        "created_at",
        "people",
        "body",
        "int4",
        "jsonb",
        "desc",
        "nullslast",
    ),
    *(
        "rooms",
        "room_id",
        "epoch",
        "after",
        "\u00e9",
        "\u202e",
        "\U0001f642",
        "'",
        "$1",
        "%s",
        ";",
        "--",
    ),
]

text = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)
operators = st.sampled_from(
    [
        "eq",
        "gt",
        "like",
        "ilike",
        "match",
        "in",
        "is",
        "cs",
        "cd",
        "ov",
        "sl",
        "adj",
        "fts",
        "wfts",
        "eq(any)",
    ]
)
filters = st.builds(
    lambda negated, operator, value: f"{'not.' if negated else ''}{operator}.{value}",
    st.booleans(),
    operators,
    st.sampled_from(["1", "(1,2)", "{1,2}", "null", "{}", "[]", "[1,2)", "tea & mint", "(", "\\"])
    | text,
)
columns = st.sampled_from(
    ["id", "name", "muted", "peer_id", "created_at", "people", "body->a", "people->0->>username"]
)
pairs = st.lists(
    st.tuples(columns, filters)
    | st.tuples(
        st.sampled_from(["select", "order", "or", "and", "limit", "offset", "columns"]), text
    )
    | st.tuples(text, text),
    max_size=4,
)
queries = pairs.map(
    lambda pairs: "&".join(f"{quoted(key)}={quoted(value)}" for key, value in pairs)
) | st.binary(max_size=40).map(lambda raw: quote(raw, safe="&=%+"))

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        "room_id",
        "peer_id",
        "role",
        "muted",
        "user_id",
        "name",
        "stage",
        "to_peer",
        "from_peer",
        "kind",
        "body",
        "username",
    ]
)
bodies = st.lists(st.dictionaries(names | text, values, max_size=5), max_size=3) | values
prefer = st.lists(
    st.sampled_from(
        [
            *(
                "return=representation",
                "return=headers-only",
                "resolution=merge-duplicates",
                "count=exact",
            ),
            *(
                "resolution=ignore-duplicates",
                "missing=default",
                "handling=strict",
                "max-affected=0",
                "tx=rollback",
            ),
        ]
    ),
    max_size=4,
).map(", ".join)
latin = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=12
)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Prefer": prefer | latin,
        "Accept": st.sampled_from(
            ["*/*", "application/vnd.pgrst.object+json", "text/html", ";q=x,,"]
        )
        | latin,
        "Accept-Profile": st.just("roomtone") | latin,
        "Content-Type": st.just("application/json; charset=x") | latin,
        "Cookie": st.just("roomtone=x") | latin,
        "Origin": st.just("http://[") | latin,
        "Sec-Fetch-Site": st.just("cross-site") | latin,
        "Range": st.just("0-1") | latin,
    },
)
cursors = (
    st.builds("{}-{}".format, st.integers(0, 10**19), st.integers(-1, 10**19))
    | st.sampled_from(["0-0", "1-", "-", "999999999999999999-999999999999999999", "\u0661-\u0661"])
    | text
)


def quoted(text: str) -> str:
    """`text` in a URL. A percent sign stays, and may begin an invalid escape."""
    return quote(text, safe='%(),.*:"{}->', errors="surrogatepass")
