"""The words on a drawn map as HTML: popup, legend, list of what has no place yet. Every text passes `safe`."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from geo.edtf import is_silent
from geo.status import ACCURACIES, BASES, CONDITIONS, STATUSES, Code, Words
from layers.catalog import Catalog
from layers.numbers import in_language
from layers.portrayal import AGE_HEADING, AGE_WORDS
from layers.style import status_rule

Lang = Literal["vi", "en"]
Properties = Mapping[str, Any]

_UNSAFE = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>\"'`$\\{}"})

TITLE = Words("Bản đồ hạ tầng Hải Phòng", "Infrastructure map of Hải Phòng")
NOTE = Words(
    "Ranh giới khái quát, để định hướng, không phải ranh giới pháp lý.",
    "Generalised outlines, for orientation, not legal boundaries.",
)
DISTRICTS = Words("Quận, huyện đến 31/12/2024", "Districts until 31/12/2024")
UNITS = Words("Phường, xã, đặc khu từ 01/07/2025", "Wards, communes, special zones since 01/07/2025")
_COUNTS = Words(
    "{all} dự án · {mapped} trên bản đồ · {unmapped} chưa rõ vị trí",
    "{all} projects · {mapped} on the map · {unmapped} without a place",
)
_DRAWN_ON = Words("Vẽ ngày {}", "Drawn on {}")
_LEGEND = Words("Chú giải", "Legend")
_PLACE = Words("Vị trí", "Place")
_PACE = Words("Tiến độ", "Pace")
_AREA = Words("Diện tích đã biết, ranh giới chưa có", "Known area, outline not known")
_CHANGES = Words("Thay đổi", "Changes")
_UNLOCATED = Words("Chưa rõ vị trí", "Without a place")
_TOLD = Words("Theo nguồn", "According to")
_TOLD_ON = {
    4: Words("năm {}", "a source of {}"),
    7: Words("tháng {}", "a source of {}"),
    10: Words("ngày {}", "a source of {}"),
}
_TOLD_AT = Words("{}", "a source of {}")
_BASIS = Words("Căn cứ", "Basis")
_SOURCE = Words("Nguồn", "Source")
_UNITS_OF = Words("Địa bàn", "Territory")
_UNCERTAIN = Words("chưa chắc chắn", "uncertain")


@dataclass(frozen=True, slots=True)
class Cards:
    """Writes the cards in one language, with the titles of the catalog."""

    catalog: Catalog
    lang: Lang

    def say(self, words: Words) -> str:
        """One of our own texts, in the language of the map."""
        return safe(getattr(words, self.lang))

    def name(self, properties: Properties) -> str:
        """The feature's name; the Vietnamese one where no other is known."""
        return safe(properties.get(f"name_{self.lang}") or properties.get("name_vi") or "?")

    def label(self, codes: Mapping[str, Code], code: object) -> str:
        """The label of a code, or the code itself where the list does not have it."""
        known = codes.get(str(code))
        return self.say(known.label) if known else safe(code or "")

    def head(self, subtitle: str, day: date, features: list[dict[str, Any]]) -> str:
        """Title, what was asked for, how many, on which day."""
        unmapped = sum(feature["geometry"] is None for feature in features)
        counts = getattr(_COUNTS, self.lang).format(
            all=len(features), mapped=len(features) - unmapped, unmapped=unmapped
        )
        asked = f'<p class="asked">{safe(subtitle)}</p>' if subtitle else ""
        drawn = safe(getattr(_DRAWN_ON, self.lang).format(f"{day:%d/%m/%Y}"))
        return f"<h1>{self.say(TITLE)}</h1>{asked}<p>{safe(counts)}</p><p>{drawn}</p>"

    def told(self, sentences: Mapping[str, str]) -> str:
        """A sentence about each of several features, as a list; empty without any."""
        items = "".join(f"<li><span>{safe(one)}</span></li>" for one in sentences.values())
        if not items:
            return ""
        return f"<details open><summary>{self.say(_CHANGES)} ({len(sentences)})</summary><ul>{items}</ul></details>"

    def popup(self, properties: Properties, told: str = "") -> str:
        """Name, status with its day, basis and source, and what else a reader asks. Links lead to http(s) only.

        `told`: a sentence that stands above them.
        """
        other = properties.get("name_en" if self.lang == "vi" else "name_vi")
        names = f"<h2>{self.name(properties)}</h2>" + (f'<p class="other">{safe(other)}</p>' if other else "")
        status = str(properties.get("status") or "unknown")
        doubt = f" ({self.say(_UNCERTAIN)})" if properties.get("status_uncertain") else ""
        layer = self.catalog.layers.get(str(properties.get("layer")))
        kind = f'<p class="layer">{self.say(layer.title)}</p>' if layer else ""
        word = f"<strong>{self.label(STATUSES, status)}</strong>{doubt}"
        sign = f'<p class="status">{_sign(status_rule(status).symbol)} {word}</p>'
        rows = [
            (self.say(_PACE), self._pace(properties)),
            (self.say(_TOLD), self._dated(properties.get("valid_from"))),
            (self.say(_BASIS), self.label(BASES, properties.get("basis"))),
            (self.say(_SOURCE), _link(properties.get("status_source"), properties.get("status_source_url"))),
            (self.say(_UNITS_OF), safe(", ".join(properties.get("units_2025_07") or ()))),
            (self.say(_PLACE), self.label(ACCURACIES, properties.get("location_accuracy"))),
        ]
        shown = ("area_ha", "length_km", "investor")
        rows += [
            self._field(layer.fields[name], properties.get(name)) for name in shown if layer and name in layer.fields
        ]
        table = "".join(f"<dt>{title}</dt><dd>{value}</dd>" for title, value in rows if value)
        news = f'<p class="told">{safe(told)}</p>' if told else ""
        return f'<article class="card">{kind}{names}{news}{sign}<dl>{table}</dl></article>'

    def _dated(self, edtf: object) -> str:
        """The day of the evidence, with the word for its precision; it does not say since when."""
        words = day_as_read(edtf)
        precise = _TOLD_ON.get(len(words), _TOLD_AT) if words.replace("/", "").isdigit() else _TOLD_AT
        return safe(getattr(precise, self.lang).format(words)) if words else ""

    def _pace(self, properties: Properties) -> str:
        condition = properties.get("condition")
        return "" if condition in (None, "not_assessed") else self.label(CONDITIONS, condition)

    def _field(self, field: Any, value: object) -> tuple[str, str]:
        number = self._number(value) if isinstance(value, int | float) else safe(value or "")
        unit = f" {safe(field.unit)}" if field.unit and number else ""
        return self.say(field.title), number + unit

    def _number(self, value: float) -> str:
        return in_language(f"{value:,.10g}", self.lang)

    def legend(self, features: list[dict[str, Any]], day: date | None = None) -> str:
        """The signs that this map uses, statuses with their counts; drawn by the same rules as the map.

        `day`: the one on which a status is old, if that is told.
        """
        rows = [feature["properties"] for feature in features]
        statuses = Counter(str(row.get("status") or "unknown") for row in rows)
        located = [feature["properties"] for feature in features if feature["geometry"] is not None]
        parts = [
            _row(_sign(status_rule(code).symbol), self.say(status.label), statuses[code])
            for code, status in STATUSES.items()
            if statuses[code]
        ]
        parts += self._used("condition", CONDITIONS, ("delayed", "suspended"), _PACE, rows, "-6 -6 52 52")
        parts += self._used("accuracy", ACCURACIES, tuple(ACCURACIES), _PLACE, located, "0 0 40 48")
        if any(row.get("area_ha") for row in located):
            parts.append(
                _row(
                    '<svg class="sign" viewBox="0 0 24 24"><circle class="area" cx="12" cy="12" r="9"/></svg>',
                    self.say(_AREA),
                )
            )
        old = sum(day is not None and is_silent(row.get("last_told"), day) for row in located)
        if old:
            parts += [
                f'<li class="part">{self.say(AGE_HEADING)}</li>',
                _row(_sign("age-old"), self.say(AGE_WORDS), old),
            ]
        return f"<details open><summary>{self.say(_LEGEND)}</summary><ul>{''.join(parts)}</ul></details>"

    def _used(
        self,
        kind: str,
        codes: Mapping[str, Code],
        drawn: tuple[str, ...],
        title: Words,
        rows: list[Properties],
        box: str,
    ) -> list[str]:
        key = {"condition": "condition", "accuracy": "location_accuracy"}[kind]
        used = Counter(str(row.get(key)) for row in rows)
        lines = [
            _row(_around(f"{kind}-{code}", box), self.label(codes, code), used[code]) for code in drawn if used[code]
        ]
        return [f'<li class="part">{self.say(title)}</li>', *lines] if lines else []

    def unlocated(self, features: Iterable[Mapping[str, Any]]) -> str:
        """The projects without a place: they are not on the map, and not forgotten. Empty when each has one."""
        rows = [feature["properties"] for feature in features if feature["geometry"] is None]
        if not rows:
            return ""
        items = "".join(
            f"<li>{_sign(status_rule(str(row.get('status'))).symbol)}<span>{self.name(row)}</span></li>" for row in rows
        )
        return f"<details><summary>{self.say(_UNLOCATED)} ({len(rows)})</summary><ul>{items}</ul></details>"


def safe(text: object) -> str:
    """Text as HTML that also survives JavaScript's template literals and Jinja: entities for & < > " ' ` $ \\ { }.

    Folium writes what it is given into both; an entity means nothing to either, and reads the same to a person.
    """
    return str(text).translate(_UNSAFE)


def day_as_read(edtf: object) -> str:
    """An EDTF day as people here write it: 2023-02-15 → 15/02/2023, 2023-02 → 02/2023; anything else as it is."""
    parts = str(edtf or "").split("-")
    return "/".join(reversed(parts)) if all(part.isdigit() for part in parts) else str(edtf or "")


def _link(text: object, url: object) -> str:
    words = safe(text or url or "")
    try:
        web = urlsplit(str(url or "")).scheme in ("http", "https")
    except ValueError:
        web = False
    return f'<a href="{safe(url)}" target="_blank" rel="noopener noreferrer">{words}</a>' if web else words


def _sign(symbol: str) -> str:
    return (
        f'<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><use href="#{symbol}" width="24" height="24"/></svg>'
    )


def _around(symbol: str, box: str) -> str:
    """A sign that stands around a body, shown around a neutral one, in the box of a marker."""
    x, y, width, height = box.split()
    hatch = (
        '<rect x="-4" y="2" width="48" height="36" fill="url(#hatch-unknown)"/>' if symbol == "accuracy-commune" else ""
    )
    use = f'<use href="#{symbol}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
    body = '<use href="#body-unknown" x="2" y="2" width="36" height="36"/>'
    return f'<svg class="sign" viewBox="{box}" aria-hidden="true">{hatch}{use}{body}</svg>'


def _row(sign: str, label: str, count: int | None = None) -> str:
    number = f"<b>{count}</b>" if count is not None else ""
    return f"<li>{sign}<span>{label}</span>{number}</li>"
