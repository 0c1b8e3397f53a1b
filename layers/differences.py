"""Two versions of a feature → what a person would say changed, in Vietnamese and English. A pure function."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geo.status import BASES, CONDITIONS, STATUSES, Words
from geo.versions import Ground, State, Told
from layers.definition import Field
from layers.numbers import in_language

NOTABLE_M = 0.5
"""A centre that moved less is where it was: seven decimals of a degree are a centimetre, a survey some decimetres."""
NOTABLE_SHARE = 0.001
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(/\d{4}(-\d\d(-\d\d)?)?)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def compare(
    before: State, after: State, ground: Ground, facts: Sequence[Told], fields: Mapping[str, Field]
) -> dict[str, Any]:
    """`fields` with before and after, `geometry`, `units`, `facts` added and retracted, and all of it as sentences.

    `fields`: the properties that features of the layer have; one that is unknown there is told by its name.
    """
    changes = field_changes(before.properties, after.properties, fields)
    added, retracted = ([_fact(one) for one in facts if one.retracted is gone] for gone in (False, True))
    units = {
        "added": [unit for unit in after.units if unit not in before.units],
        "removed": [unit for unit in before.units if unit not in after.units],
    }
    sentences = [
        *_withdrawal(before, after),
        *(of_field(change, fields) for change in changes),
        *of_place(before.shape, after.shape, ground),
        *_of_units(units),
        *(_of_fact(one) for one in facts),
    ]
    return {
        "changed": bool(sentences),
        "withdrawn": {"before": before.withdrawn, "after": after.withdrawn},
        "fields": changes,
        "geometry": _geometry(before, after, ground),
        "units": units,
        "facts": {"added": added, "retracted": retracted},
        "sentences_vi": [one.vi for one in sentences],
        "sentences_en": [one.en for one in sentences],
    }


def field_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], fields: Mapping[str, Field]
) -> list[dict[str, Any]]:
    """The properties that differ, each with its titles, before and after."""
    names = dict.fromkeys([*before, *after])
    return [
        {
            "field": name,
            "title_vi": fields[name].title.vi if name in fields else name,
            "title_en": fields[name].title.en if name in fields else name,
            "before": before.get(name),
            "after": after.get(name),
        }
        for name in names
        if before.get(name) != after.get(name)
    ]


def _geometry(before: State, after: State, ground: Ground) -> dict[str, Any]:
    return {
        "changed": ground.changed,
        "type": {"before": before.shape, "after": after.shape},
        "moved_m": None if ground.moved_m is None else round(ground.moved_m, 1),
        "area_m2": {"before": _rounded(ground.area_m2[0]), "after": _rounded(ground.area_m2[1])},
        "length_m": {"before": _rounded(ground.length_m[0]), "after": _rounded(ground.length_m[1])},
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _fact(told: Told) -> dict[str, Any]:
    return {
        "status": told.status,
        "condition": told.condition,
        "basis": told.basis,
        "valid_from": told.valid_from,
        "source": told.source,
        "recorded_at": told.at,
        "actor": told.actor,
        "note": told.note,
    }


def _withdrawal(before: State, after: State) -> Iterator[Words]:
    if after.withdrawn and not before.withdrawn:
        yield Words("Đối tượng bị rút lại vì nhập nhầm.", "The feature was withdrawn as entered by mistake.")
    if before.withdrawn and not after.withdrawn:
        yield Words("Đối tượng được đưa trở lại.", "The feature was brought back.")


def of_field(change: Mapping[str, Any], fields: Mapping[str, Field]) -> Words:
    """One of `field_changes` as a sentence."""
    field = fields.get(change["field"])
    before, after = (_shown(change[side], field) for side in ("before", "after"))
    vi, en = change["title_vi"], change["title_en"]
    if change["before"] is None:
        return Words(f"{vi}: thêm {after.vi}.", f"{en}: added {after.en}.")
    if change["after"] is None:
        return Words(f"{vi}: bỏ {before.vi}.", f"{en}: removed {before.en}.")
    return Words(f"{vi}: {before.vi} → {after.vi}.", f"{en}: {before.en} → {after.en}.")


def _shown(value: Any, field: Field | None) -> Words:
    """A value as it is read: numbers with their unit, codes by their label, texts in quotation marks."""
    if isinstance(value, bool):
        return Words("có", "yes") if value else Words("không", "no")
    if isinstance(value, int | float):
        unit = f" {field.unit}" if field and field.unit else ""
        return Words(f"{_number(value, 'vi')}{unit}", f"{_number(value, 'en')}{unit}")
    if isinstance(value, list):
        items = [_shown(one, field) for one in value]
        return Words("; ".join(one.vi for one in items), "; ".join(one.en for one in items))
    if field and value in field.values:
        return field.values[value]
    if field and field.type == "date" and _DATE.fullmatch(value or ""):
        return day(value)
    return Words(f"“{value}”", f"“{value}”")


def day(edtf: str) -> Words:
    """A date as it is read, as precise as printed: 2023-02 is 02/2023, Feb 2023; of a window both ends."""
    read = [_one_day(one) for one in edtf.split("/")]
    return Words(" – ".join(one.vi for one in read), " – ".join(one.en for one in read))


def _one_day(text: str) -> Words:
    year, *rest = text.split("-")
    numbers = [int(one) for one in rest]
    english = [*(str(day) for day in numbers[1:]), *(_MONTHS[month - 1] for month in numbers[:1]), year]
    return Words("/".join([*reversed(rest), year]), " ".join(english))


def _number(value: float, language: str) -> str:
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.6f}".rstrip("0").rstrip(".")
    return in_language(text, language)


def of_place(before: str | None, after: str | None, ground: Ground) -> Iterator[Words]:
    """What became of the place; `before` and `after`: the types of its geometry, None for no place."""
    if not ground.changed:
        return
    if before is None:
        yield Words("Đã có vị trí trên bản đồ.", "It has a place on the map now.")
        return
    if after is None:
        yield Words("Vị trí bị bỏ.", "Its place was removed.")
        return
    told = False
    if ground.moved_m is not None and ground.moved_m >= NOTABLE_M:
        told = True
        yield Words(
            f"Vị trí dời {_distance(ground.moved_m, 'vi')}.", f"Its place moved by {_distance(ground.moved_m)}."
        )
    for (one, other), vi, en, unit, per in (
        (ground.area_m2, "Diện tích hình vẽ", "The drawn area", "ha", 10_000),
        (ground.length_m, "Chiều dài tuyến vẽ", "The drawn length", "km", 1_000),
    ):
        if one and other and abs(other / one - 1) >= NOTABLE_SHARE:
            told = True
            numbers = [round(one / per, 2), round(other / per, 2), round((other / one - 1) * 100, 1)]
            told_vi, told_en = ([_number(number, language) for number in numbers] for language in ("vi", "en"))
            sign = "+" if other > one else ""
            yield Words(
                f"{vi}: {told_vi[0]} → {told_vi[1]} {unit} ({sign}{told_vi[2]} %).",
                f"{en}: {told_en[0]} → {told_en[1]} {unit} ({sign}{told_en[2]} %).",
            )
    if before != after or not told:
        yield Words("Hình vẽ được sửa.", "The drawing was corrected.")


def _distance(metres: float, language: str = "en") -> str:
    if metres >= 1_000:
        return f"{_number(round(metres / 1_000, 2), language)} km"
    return f"{_number(round(metres) if metres >= 10 else round(metres, 1), language)} m"


def _of_units(units: Mapping[str, Sequence[str]]) -> Iterator[Words]:
    if units["added"]:
        names = ", ".join(units["added"])
        yield Words(f"Nguồn nêu thêm địa bàn: {names}.", f"Sources also name: {names}.")
    if units["removed"]:
        names = ", ".join(units["removed"])
        yield Words(f"Thôi nêu địa bàn: {names}.", f"No longer named: {names}.")


def _of_fact(told: Told) -> Words:
    codes = [
        words
        for words in (
            STATUSES[told.status].label if told.status else None,
            CONDITIONS[told.condition].label if told.condition else None,
        )
        if words
    ]
    stage = Words(", ".join(one.vi for one in codes), ", ".join(one.en for one in codes))
    basis = BASES[told.basis].label
    since = day(told.valid_from)
    vi = f"{stage.vi} từ {since.vi} ({basis.vi.lower()}; {told.source})"
    en = f"{stage.en} since {since.en} ({basis.en.lower()}; {told.source})"
    if not told.retracted:
        return Words(f"Thêm tình trạng: {vi}.", f"Status added: {en}.")
    because = f": {told.note}" if told.note else ""
    return Words(f"Rút lại tình trạng: {vi}{because}.", f"Status retracted: {en}{because}.")
