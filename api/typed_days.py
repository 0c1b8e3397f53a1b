"""Days that people type into the forms of pages: read as they write them, and asked for again where they are none."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.exceptions import HTTPException

from geo import edtf
from geo.errors import InvalidParameter

DAYS = ("datetime", "as-of")


def lead_to_day(request: Request, name: str, value: str) -> None:
    """To the address that the API has for a day that was typed, so that every link of the page says the same.

    Raises InvalidParameter for what no calendar has.
    """
    try:
        day = edtf.typed(value)
    except InvalidParameter as error:
        raise InvalidParameter(f"{name}={value[:60]!r}: {error}") from None
    if day != value:
        query = [(one, day if one == name else told) for one, told in request.query_params.multi_items()]
        raise HTTPException(303, headers={"Location": f"{quote(request.url.path)}?{urlencode(query, safe=',')}"})


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A day in an address of a page that cannot be used: its name, its text, and the ways back to the same page."""

    name: str
    value: str
    path: str
    others: list[tuple[str, str]]
    without: str


def unusable(request: Request, detail: str) -> TypedDay | None:
    """The day that a refusal is about, for a page whose form asks for one; None for any other refusal."""
    name = next((one for one in DAYS if detail.startswith(f"{one}=")), "")
    if name not in request.query_params:
        return None
    others = [pair for pair in request.query_params.multi_items() if pair[0] != name]
    without = quote(request.url.path) + (f"?{urlencode(others)}" if others else "")
    return TypedDay(name, request.query_params[name][:60], quote(request.url.path), others, without)
