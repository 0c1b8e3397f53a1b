"""What was found, as a search box tells it: in words of both languages, and with the address that it leads to."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from geo import status
from geo.find import MOST_BECAME
from geo.found import Found
from geo.spots import MERIDIANS, Spot
from geo.units import CITY
from layers.catalog import Catalog
from layers.numbers import counted, in_language

KINDS = ("place", "code", "project", "unit", "document", "clause", "investor")
"""In the order in which equally good ones are told."""
MOST_IDS = 200
"""So many projects an address may name; of an act that more sources name, the first."""
_ACT = "act"
# The field that has the words, in Vietnamese and English.
_FIELDS = {
    "name_vi": ("Tên", "Name"),
    "name_en": ("Tên tiếng Anh", "English name"),
    "alt_names": ("Tên khác", "Also known as"),
    "programme": ("Chương trình", "Programme"),
    "id": ("Mã dự án", "Id of the project"),
    "full_name": ("Tên đơn vị", "Name of the unit"),
    "code": ("Mã đơn vị", "Code of the unit"),
    "number": ("Số văn bản", "Number of the act"),
    "investor": ("Nhà đầu tư", "Investor"),
    "label_vi": ("Tên gọi", "Name"),
    "label_en": ("Tên tiếng Anh", "English name"),
    "title_vi": ("Tiêu đề", "Title"),
    "title_en": ("Tiêu đề tiếng Anh", "English title"),
    "heading_vi": ("Đề mục", "Heading"),
    "summary_vi": ("Nội dung", "Content"),
    "summary_en": ("Nội dung tiếng Anh", "Content in English"),
}


def suggestions(
    catalog: Catalog, found: Iterable[Found], spots: Iterable[Spot], limit: int, lang: str
) -> list[dict[str, Any]]:
    """At most `limit`, grouped by kind: of each kind the best, the kind with the best of all first."""
    by_kind: dict[str, list[Found | Spot]] = {kind: [] for kind in KINDS}
    best: dict[str, int] = {}
    by_kind["place"].extend(spots)
    for one in sorted(found, key=lambda one: one.rank):
        kind = "document" if one.kind == _ACT else one.kind
        best.setdefault(kind, one.rank)
        by_kind[kind].append(one)
    order = sorted((kind for kind in KINDS if by_kind[kind]), key=lambda kind: best.get(kind, -1))
    shares = _shares([len(by_kind[kind]) for kind in order], limit)
    told = [one for kind, share in zip(order, shares, strict=True) for one in by_kind[kind][:share]]
    return [_spot(one, lang) if isinstance(one, Spot) else _WRITTEN[one.kind](catalog, one, lang) for one in told]


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many of each kind are told: dealt one by one, so that no kind crowds the others out."""
    shares = [0] * len(sizes)
    while sum(shares) < min(limit, sum(sizes)):
        for number, size in enumerate(sizes):
            if shares[number] < size and sum(shares) < limit:
                shares[number] += 1
    return shares


def _told(one: Found, href: str, titles: tuple[str, str | None], details: tuple[str, str]) -> dict[str, Any]:
    field_vi, field_en = _FIELDS[one.why[0]]
    return {
        "kind": "document" if one.kind == _ACT else one.kind,
        "id": one.id,
        "title_vi": titles[0],
        "title_en": titles[1],
        "detail_vi": details[0],
        "detail_en": details[1],
        "why": {
            "field_vi": field_vi,
            "field_en": field_en,
            "text": one.why[1],
            "lang": "en" if one.why[0].endswith("_en") else "vi",
            "marks": one.marks,
            "near": one.near,
        },
        "href": href,
        "point": None,
    }


def _project(catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    row = one.told
    layer, stage = catalog.layers.get(row.layer), status.STATUSES.get(row.status)
    words = [one for one in (layer and layer.title, stage and stage.label) if one]
    vi = " · ".join(part for part in (*(one.vi for one in words), row.units) if part)
    en = " · ".join(part for part in (*(one.en for one in words), row.units) if part)
    point = None if row.lon is None else [round(row.lon, 6), round(row.lat, 6)]
    told = _told(one, _map(lang, id=one.id), (row.name_vi, row.name_en), (vi, en))
    return told | {"point": point, "layer": row.layer, "status": row.status}


def _unit(_catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    """A unit has one name, that of its resolution, in every language."""
    row = one.told
    elsewhere = row.province_code != CITY and row.valid_to is not None
    became = ", ".join(row.became) + (f" (+{row.became_all - len(row.became)})" if row.became_all > MOST_BECAME else "")
    said = {"vi": ("mã", "tỉnh Hải Dương", "nay là"), "en": ("code", "Hải Dương province", "today")}
    vi, en = (
        " · ".join(
            part
            for part in (
                f"{code} {row.code}" if one.kind == "code" else "",
                ", ".join(name for name in (row.parent, province if elsewhere else "") if name),
                _validity(row.valid_from, row.valid_to, language),
                f"{now} {became}" if row.valid_to and became else "",
            )
            if part
        )
        for language, (code, province, now) in said.items()
    )
    return _told(one, _map(lang, district=one.id), (row.full_name, None), (vi, en))


def _validity(first: date | None, last: date | None, lang: str) -> str:
    vi = lang == "vi"
    if first and last:
        return f"{_day(first, vi)} – {_day(last, vi)}"
    if last:
        return f"{'đến' if vi else 'until'} {_day(last, vi)}"
    return f"{'từ' if vi else 'since'} {_day(first, vi)}" if first else ""


def _day(day: date, vi: bool) -> str:
    return f"{day:%d/%m/%Y}" if vi else f"{day.day} {day:%b %Y}"


def _document(_catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    row = one.told
    titles = (row.label_vi, row.label_en)
    return _told(one, _page(f"/van-ban/{one.id}", lang), titles, (row.title_vi, row.title_en or row.title_vi))


def _clause(_catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    row = one.told
    document, _, part = one.id.partition("#")
    details = (row.heading_vi or row.summary_vi or "", row.summary_en or row.heading_vi or row.summary_vi or "")
    href = f"{_page(f'/van-ban/{document}', lang)}#{quote(part)}"
    return _told(one, href, (row.label_vi, row.label_en), details)


def _act(_catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    number = len(one.told.features[:MOST_IDS])
    vi = f"{number} dự án có nguồn nêu văn bản này"
    en = f"{counted(number, 'project has a source', 'projects have sources')} that name it"
    return _told(one, _rows(lang, one.told.features), (one.id, None), (vi, en))


def _investor(_catalog: Catalog, one: Found, lang: str) -> dict[str, Any]:
    """Who invests, as written: nobody's name is translated."""
    number, several = len(one.told.features[:MOST_IDS]), one.told.several
    vi = f"{number} dự án" + (f", {several} cách ghi tên nhà đầu tư" if several > 1 else "")
    en = counted(number, "project") + (f", the investor written in {several} ways" if several > 1 else "")
    return _told(one, _rows(lang, one.told.features), (one.id, None), (vi, en))


def _rows(lang: str, features: Sequence[str]) -> str:
    """The map with these projects: one is opened, several are all that is shown."""
    ids = features[:MOST_IDS]
    return _map(lang, id=ids[0]) if len(ids) == 1 else _map(lang, ids=",".join(ids))


def _spot(spot: Spot, lang: str) -> dict[str, Any]:
    point = f"{spot.lat:.8f},{spot.lon:.8f}"
    srid = 9210 if spot.srid == 4326 else spot.srid
    east, north = spot.metres[srid]
    where_vi = spot.unit or ("" if spot.in_city else "ngoài thành phố")
    where_en = spot.unit or ("" if spot.in_city else "outside the city")
    zone = f"VN-2000 {MERIDIANS[srid]} (EPSG:{srid})"
    vi = f"{zone}: X {_metres(north, 'vi')} · Y {_metres(east, 'vi')}"
    en = f"{zone}: N {_metres(north, 'en')} · E {_metres(east, 'en')}"
    return {
        "kind": "place",
        "id": f"{point}@{spot.srid}",
        "title_vi": f"{spot.lat:.5f}° B, {spot.lon:.5f}° Đ".replace(".", ","),
        "title_en": f"{spot.lat:.5f}° N, {spot.lon:.5f}° E",
        "detail_vi": " · ".join(part for part in (where_vi, vi) if part),
        "detail_en": " · ".join(part for part in (where_en, en) if part),
        "why": _read_as(spot),
        "href": _map(lang, point=point),
        "point": [round(spot.lon, 8), round(spot.lat, 8)],
        "unit": spot.unit,
        "in_city": spot.in_city,
        "vn2000": [
            {"epsg": code, "meridian": MERIDIANS[code], "north": round(pair[1], 2), "east": round(pair[0], 2)}
            for code, pair in spot.metres.items()
        ],
    }


def _read_as(spot: Spot) -> dict[str, Any]:
    """The order in which the two numbers were read, and the system."""
    if spot.srid == 4326:
        orders = (("Vĩ độ, kinh độ", "Latitude, longitude"), ("Kinh độ, vĩ độ", "Longitude, latitude"))
        system = "WGS 84 (EPSG:4326)"
    else:
        orders = (("X (bắc), Y (đông)", "Northing, easting"), ("Y (đông), X (bắc)", "Easting, northing"))
        system = f"VN-2000 {MERIDIANS[spot.srid]} (EPSG:{spot.srid})"
    vi, en = orders[0 if spot.north_first else 1]
    return {"field_vi": vi, "field_en": en, "text": system, "lang": "vi", "marks": [], "near": False}


def _metres(value: float, lang: str) -> str:
    return in_language(f"{value:,.2f}", lang)


def _map(lang: str, **shown: str) -> str:
    return f"/?{urlencode(_language(lang) | shown, safe=',')}"


def _page(path: str, lang: str) -> str:
    kept = _language(lang)
    return f"{quote(path)}?{urlencode(kept)}" if kept else quote(path)


def _language(lang: str) -> dict[str, str]:
    return {"lang": lang} if lang != "vi" else {}


_WRITTEN = {
    "project": _project,
    "unit": _unit,
    "code": _unit,
    "document": _document,
    "clause": _clause,
    _ACT: _act,
    "investor": _investor,
}
