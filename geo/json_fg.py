"""JSON-FG (OGC 21-045r1): a GeoJSON Feature with its type, its time, and its place in another reference system."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, Text, case, cast, column, func, literal, literal_column, select

CONFORMS_TO = [f"http://www.opengis.net/spec/json-fg-1/1.0/conf/{one}" for one in ("core", "types-schemas")]
"""What a document of ours declares of itself."""
_OPENING = '{"type":"Feature",'
_MEMBERS = ("layer", "level", "valid_from", "valid_to")


def text(
    geojson: ColumnElement[str], properties: ColumnElement[str], place: ColumnElement[str] | None, otherwise: str
) -> ColumnElement[str]:
    """The Feature with the members of JSON-FG in front of its own.

    `geojson`: its text in WGS 84. `properties`: the end of its published text, from `"properties":` on. `place`: its
    coordinates as GeoJSON in the reference system of the answer, None for WGS 84, where `geometry` says it.
    `otherwise`: the type of a feature that tells neither its layer nor its level.
    """
    whole = cast(literal_column("'{'").concat(properties), JSON)["properties"]
    told = (
        func.json_to_record(whole)
        .table_valued(*(column(name, Text) for name in _MEMBERS), name="told")
        .render_derived(with_types=True)
    )
    # A layer is the type of its features, a level that of its units.
    kind = cast(func.to_json(func.coalesce(told.c.layer, told.c.level, literal(otherwise, Text))), Text)
    members = select(
        literal_column("""'"featureType":'""")
        .concat(kind)
        .concat(literal_column("""',"time":'"""))
        .concat(_time(told.c.valid_from, told.c.valid_to))
    ).scalar_subquery()
    null: ColumnElement[str] = literal_column("'null'")
    return (
        literal_column(f"'{_OPENING}'")
        .concat(members)
        .concat(literal_column("""',"place":'"""))
        .concat(null if place is None else func.coalesce(place, null))
        .concat(literal_column("','"))
        .concat(func.substr(geojson, len(_OPENING) + 1))
    )


def _time(since: ColumnElement[Any], until: ColumnElement[Any]) -> ColumnElement[str]:
    """The interval in which what is told surely holds: JSON-FG knows days alone.

    A status "from 2023" may have begun on any day of 2023, so that it is sure from the last of them on; the date as it
    was printed stands in `valid_from`.
    """
    last = func.split_part(since, "/", -1)
    month = cast(last.concat("-01"), Date)
    ends = func.to_char(month + literal_column("interval '1 month - 1 day'"), "YYYY-MM-DD")
    day = case({4: last.concat("-12-31"), 7: ends, 10: last}, value=func.length(last))
    open_end: ColumnElement[str] = literal_column("'..'")
    interval = (
        literal_column("""'{"interval":["'""")
        .concat(func.coalesce(day, open_end))
        .concat(literal_column("""'","'"""))
        .concat(func.coalesce(until, open_end))
        .concat(literal_column("""'"]}'"""))
    )
    return case((func.coalesce(since, until).is_(None), literal_column("'null'")), else_=interval)
