"""The lines of an SQL text on which its statements, and what a server complains about, begin."""

from __future__ import annotations

from psycopg import errors


def error_line(text: str, diagnostic: errors.Diagnostic, done: int) -> int:
    """The line the server complains about: where it points, or else where the statement begins.

    `done` is how many statements of the text succeeded before. Lines are counted from 1.
    """
    inner = diagnostic.internal_query
    if diagnostic.statement_position is not None:
        offset = int(diagnostic.statement_position) - 1
    elif inner and diagnostic.internal_position is not None and inner in text:
        offset = text.index(inner) + int(diagnostic.internal_position) - 1
    else:
        starts = statement_starts(text)
        offset = starts[min(done, len(starts) - 1)] if starts else 0
    return text.count("\n", 0, offset) + 1


def statement_starts(text: str) -> list[int]:
    """Offsets at which the statements of an SQL text begin, without the comments before them."""
    from sqlparse.engine import FilterStack  # needed after a failure only
    from sqlparse.tokens import Comment

    starts: list[int] = []
    offset = 0
    for statement in FilterStack().run(text):
        begun = False
        for token in statement.flatten():
            if not begun and not token.is_whitespace and token.ttype not in Comment:
                starts.append(offset)
                begun = True
            offset += len(token.value)
    return starts
