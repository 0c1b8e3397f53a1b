"""What the database says of a reference to something that is not there, as a sentence."""

import re

import psycopg

from geo.errors import MissingReference

_KEY = re.compile(r"\(([^()]*)\)=\((.*?)\)")


def missing_reference(error: psycopg.Error) -> MissingReference:
    """A foreign key that does not hold, with the column and the id that the server's detail names.

    The column is `id` where something was taken out of its list that others still name.
    """
    found = _KEY.search(error.diag.message_detail or "")
    column, missing = found.groups() if found else ("id", "?")
    if column == "id":
        return MissingReference(
            f"{missing!r} left its list, but others still name it. Nothing is stored.", "id", missing
        )
    return MissingReference(
        f"The {column} {missing!r} is named, but there is no such {column}. Nothing is stored.", column, missing
    )
