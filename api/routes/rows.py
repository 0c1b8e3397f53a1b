"""The rows of a list: light, in groups, in any order, in windows that may begin anywhere."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import JsonAnswer, described, with_members
from api.dependencies import FILTERS, feature_query, transaction
from api.links import JSON
from api.own_parameters import AROUND, GROUP, OFFSET, SORT, WINDOW, whole
from api.parameters import asked
from geo import row_window, rows
from geo.errors import InvalidParameter
from geo.rows import Arrangement, Group, Sort
from layers.catalog import Catalog

OF_ROWS = (*FILTERS, SORT, GROUP, OFFSET, WINDOW, AROUND)

router = APIRouter(tags=["Map"])


@router.get(
    "/api/rows",
    **described("Light rows for a list, any window of them", JSON, OF_ROWS, schema="Rows"),
)
def window(
    request: Request,
    connection: Annotated[Connection, Depends(transaction, scope="function")],
    texts: Annotated[dict[str, str], Depends(asked(*OF_ROWS))],
) -> Response:
    """Up to 200 rows from `offset` on, or those around one feature, under the filters of items.

    Around a feature that the filters leave out there are none: the window then begins behind the last row.
    `groups` tells all groups in their order, each with its first row and its number; `numberMatched` is exact.
    """
    if "around" in texts and "offset" in texts:
        raise InvalidParameter(
            "around and offset both say where the window begins; give one of them.", ("around", "offset")
        )
    catalog: Catalog = request.app.state.catalog
    query = feature_query(connection, catalog, texts)
    group, sort = texts.get("group", "none"), texts.get("sort")
    by = None if sort is None else sort.removeprefix("-")
    # `asked` has let nothing else through.
    wanted = Arrangement(tuple(catalog.layers), cast(Group, group), cast(Sort | None, by), sort != by)
    number = whole(WINDOW, texts.get("window"))
    found = rows.order(connection, query, wanted)
    if "around" in texts:
        place = found.place_of(texts["around"])
        first = found.matched if place is None else max(0, place - number // 2)
    else:
        first = whole(OFFSET, texts.get("offset"))
    ids = found.ids(first, number)
    landmarks = [layer.id for layer in catalog.layers.values() if layer.landmark]
    body = row_window.rows(connection, query, ids, found.due, landmarks)
    names = rows.unit_names(connection, query) if group == "district" else {}
    groups = [_group(part, names) for part in found.parts]
    members = {"numberMatched": found.matched, "numberReturned": len(ids), "offset": first, "groups": groups}
    return JsonAnswer(with_members(b'{"rows":[' + body + b"]}", members))


def _group(part: rows.Part, names: dict[str, str]) -> dict[str, Any]:
    told = {"key": part.key, "first": part.first, "numberMatched": part.number}
    return told | ({"full_name": names[part.key]} if part.key in names else {})
