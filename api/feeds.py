"""Deadlines and changes as feeds: iCalendar (RFC 5545) and Atom (RFC 4287), in the reader's language."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from api.links import Links
from geo import edtf
from geo.edtf import CITY_TIME
from geo.status import CONDITIONS, STATUSES

CALENDAR = "text/calendar"
ATOM = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Xml.register_namespace("", _ATOM)


def calendar(entries: Iterable[Mapping[str, Any]], links: Links, lang: str) -> bytes:
    """One all-day event for each deadline, on the last day that its printed date may mean; its UID never changes."""
    from icalendar import Calendar, Event  # takes 0.06 s, and few ask for a calendar

    en = lang == "en"
    made = Calendar()
    made.add("prodid", "-//haiphong//Ban do ha tang Hai Phong//VI")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    name = "Deadlines · infrastructure of Hải Phòng" if en else "Thời hạn · hạ tầng Hải Phòng"
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    for one in entries:
        day = date.fromisoformat(one["due_last"])
        event = Event()
        event.add("uid", f"{one['id']}@haiphong")
        event.add("dtstamp", _moment(one))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", _title(one, en=en))
        event.add("description", "\n".join(_words(one, en=en)))
        event.add("categories", [_own(one["judgement"], "verdict", en=en)])
        event.add("transp", "TRANSPARENT")
        event.add("url", _address(one, links, lang))
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def deadlines(entries: Sequence[Mapping[str, Any]], links: Links, path: str, query: str, lang: str) -> bytes:
    """An Atom feed of deadlines, the latest news first."""
    en = lang == "en"
    title = "Deadlines · infrastructure of Hải Phòng" if en else "Thời hạn · hạ tầng Hải Phòng"
    feed = _feed(title, links, path, query, "/thoi-han", lang, max(map(_moment, entries), default=None))
    for one in sorted(entries, key=_moment, reverse=True):
        entry = _entry(feed, f"urn:haiphong:deadline:{quote(one['id'])}", _title(one, en=en), _moment(one))
        _link(entry, _address(one, links, lang), "alternate", "text/html")
        _text(entry, "category", None, term=one["judgement"]["verdict"], label=_own(one["judgement"], "verdict", en=en))
        _text(entry, "summary", "\n".join(_words(one, en=en)))
    return _written(feed)


def changes(facts: Sequence[Mapping[str, Any]], links: Links, path: str, query: str, lang: str) -> bytes:
    """An Atom feed of what was told last of any project."""
    en = lang == "en"
    title = "Changes of status · infrastructure of Hải Phòng" if en else "Thay đổi trạng thái · hạ tầng Hải Phòng"
    newest = max((fact["recorded_at"] for fact in facts), default=None)
    feed = _feed(title, links, path, query, "/du-an", lang, newest)
    for fact in facts:
        codes = [STATUSES.get(fact["status"] or ""), CONDITIONS.get(fact["condition"] or "")]
        stages = ", ".join(code.label.en if en else code.label.vi for code in codes if code)
        name = (fact["name_en"] if en else None) or fact["name_vi"]
        entry = _entry(feed, f"urn:haiphong:fact:{fact['id']}", f"{name}: {stages}", fact["recorded_at"])
        _link(entry, _localised(links, f"/du-an/{quote(fact['feature'])}", lang), "alternate", "text/html")
        if (fact["source_url"] or "").lower().startswith(("https://", "http://")):
            _link(entry, fact["source_url"], "via", None)
        since = _printed(fact["edtf"])
        told = [
            f"{'Since' if en else 'Từ'}: {since}",
            fact["text_vi"],
            f"{'Source' if en else 'Nguồn'}: {fact['source']}",
        ]
        _text(entry, "summary", "\n".join(line for line in told if line))
    return _written(feed)


def _title(one: Mapping[str, Any], *, en: bool) -> str:
    name = (one["name_en"] if en else None) or one["name_vi"]
    stage = one["ordered_en"] if en else one["ordered_vi"]
    verdict = _own(one["judgement"], "verdict", en=en)
    return f"{name}{f' – {stage}' if stage else ''} ({verdict.lower()})"


def _words(one: Mapping[str, Any], *, en: bool) -> list[str]:
    """What the event or entry says: the due date as printed, how it stands and why, the clauses with their words."""
    lines = []
    if one["precision"] != "day":
        printed = _printed(one["due"])
        lines.append(
            f"The document prints {printed}; this is the last day that it may mean."
            if en
            else f"Văn bản chỉ ghi {printed}; đây là ngày cuối cùng có thể hiểu."
        )
    judgement = one["judgement"]
    lines.append(f"{_own(judgement, 'verdict', en=en)}. {_own(judgement, 'reason', en=en)}")
    if judgement["evidence"]:
        lines.append(f"{_printed(judgement['evidence']['valid_from'])}: {judgement['evidence']['source']}")
    for order in one["orders"]:
        clause = (order["clause_label_en"] if en else None) or order["clause_label"]
        lines.append(f"{clause}: “{order['quote_vi']}”" if order["quote_vi"] else clause)
    return lines


def _moment(one: Mapping[str, Any]) -> datetime:
    """When the deadline last had news: the day of the deciding source, else the due date, else that of the act."""
    evidence = one["judgement"]["evidence"]
    issued = [edtf.parse(order["issued"]).latest for order in one["orders"] if order["issued"]]
    due = date.fromisoformat(one["due_last"])
    known = [due] if due < edtf.today() else issued
    latest = edtf.parse(evidence["valid_from"]).latest if evidence else max(known, default=date(2000, 1, 1))
    return datetime.combine(min(latest, edtf.today()), time(), CITY_TIME).astimezone(UTC)


def _printed(text: str) -> str:
    """A printed date as people write it: 2023, 02/2023, 15/02/2023, or two of them for a window."""
    return " – ".join("/".join(reversed(part.split("-"))) for part in text.split("/"))


def _own(judgement: Mapping[str, Any], name: str, *, en: bool) -> str:
    words: str = judgement[f"{name}_{'en' if en else 'vi'}"]
    return words


def _address(one: Mapping[str, Any], links: Links, lang: str) -> str:
    if one["feature"]:
        return _localised(links, f"/du-an/{quote(one['feature'])}", lang)
    if one["target"]:
        return _localised(links, "/chi-tieu", lang) + f"#{quote(one['target'])}"
    document, _, clause = one["orders"][0]["clause"].partition("#")
    return _localised(links, f"/van-ban/{quote(document)}", lang) + f"#{quote(clause)}"


def _localised(links: Links, path: str, lang: str) -> str:
    return links.url(path, {"lang": lang} if lang != "vi" else None)


def _feed(
    title: str, links: Links, path: str, query: str, page: str, lang: str, updated: datetime | None
) -> Xml.Element:
    address = links.url(path) + (f"?{query}" if query else "")
    feed = Xml.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": lang})
    _text(feed, "id", address)
    _text(feed, "title", title)
    _text(feed, "updated", _instant(updated or datetime(2000, 1, 1, tzinfo=UTC)))
    author = Xml.SubElement(feed, f"{{{_ATOM}}}author")
    _text(author, "name", "Infrastructure map of Hải Phòng" if lang == "en" else "Bản đồ hạ tầng Hải Phòng")
    _link(feed, address, "self", ATOM)
    _link(feed, links.url(page) + (f"?{query}" if query else ""), "alternate", "text/html")
    return feed


def _entry(feed: Xml.Element, name: str, title: str, updated: datetime) -> Xml.Element:
    entry = Xml.SubElement(feed, f"{{{_ATOM}}}entry")
    _text(entry, "id", name)
    _text(entry, "title", title)
    _text(entry, "updated", _instant(updated))
    return entry


def _text(parent: Xml.Element, name: str, text: str | None, **attributes: str) -> None:
    clean = _NO_XML.sub("", text) if text is not None else None
    Xml.SubElement(parent, f"{{{_ATOM}}}{name}", attributes).text = clean


def _link(parent: Xml.Element, address: str, rel: str, media_type: str | None) -> None:
    typed = {"type": media_type} if media_type else {}
    Xml.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": address, **typed})


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _written(feed: Xml.Element) -> bytes:
    written: bytes = Xml.tostring(feed, "utf-8", xml_declaration=True)
    return written
