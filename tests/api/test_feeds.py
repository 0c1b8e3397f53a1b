"""Calendars and feed readers take the feeds: read here by icalendar and feedparser, as people's programs do."""

from datetime import date
from typing import Any

import feedparser
import pytest
from icalendar import Calendar
from sqlalchemy import Connection
from starlette.testclient import TestClient

from tests.factories import edit, fact, store, store_directive, store_mandate

HOSTILE = 'Cảng <b>A</b> & "B"; \\, \x0b\nBEGIN:VEVENT'


@pytest.fixture
def directive(connection: Connection) -> Connection:
    store_directive(connection)
    told = fact("completed", valid_from="2024-03", source_url="https://news.example/a", text_vi="Khánh thành.")
    store(connection, edit("cang-a", facts=(told,), name_en="Port A"))
    store_mandate(connection, "cang-a", ordered_finish=False)
    return connection


def events(client: TestClient, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    read = Calendar.from_ical(answer.content)
    assert read.errors == []
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return list(read.walk("VEVENT"))


def feed(client: TestClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.id
    assert read.feed.updated_parsed
    assert {link.rel for link in read.feed.links} == {"self", "alternate"}
    assert len({entry.id for entry in read.entries}) == len(read.entries)
    assert all(entry.title and entry.updated_parsed and entry.links for entry in read.entries)
    return read


@pytest.mark.usefixtures("directive")
def test_a_deadline_lies_on_the_last_possible_day_of_the_printed_date(client: TestClient) -> None:
    (event,) = events(client, "/thoi-han.ics")
    assert event["uid"] == "project-cang-a-completed-2023@haiphong"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2023, 12, 31), date(2024, 1, 1))
    assert event["summary"] == "Cảng A – Hoàn thành (đạt sau hạn)"
    assert "Văn bản chỉ ghi 2023; đây là ngày cuối cùng có thể hiểu." in event["description"]
    assert "Chỉ thị 02/CT-UBND, mục II.2.3: “Hoàn thành cảng A”" in event["description"]
    assert event["url"] == "http://map.example/du-an/cang-a"
    assert events(client, "/thoi-han.ics") == [event]  # the same event whenever it is asked for


@pytest.mark.usefixtures("directive")
def test_feeds_take_the_filters_and_the_language_of_the_pages(client: TestClient) -> None:
    assert events(client, "/thoi-han.ics?layer=park") == []
    assert events(client, "/thoi-han.ics?verdict=late") == []
    (event,) = events(client, "/thoi-han.ics?layer=port&lang=en")
    assert event["summary"] == "Port A – Completed (done late)"
    (entry,) = feed(client, "/thoi-han.atom?status=completed&lang=en").entries
    assert entry.title == "Port A – Completed (done late)"
    assert feed(client, "/thay-doi.atom?layer=park").entries == []


@pytest.mark.usefixtures("directive")
def test_the_feed_of_deadlines_tells_how_they_stand_and_on_whose_word(client: TestClient) -> None:
    read = feed(client, "/thoi-han.atom")
    (entry,) = read.entries
    assert entry.id == "urn:haiphong:deadline:project-cang-a-completed-2023"
    assert entry.link == "http://map.example/du-an/cang-a"
    assert entry.tags[0].term == "done_late"
    assert "03/2024: Báo Hải Phòng" in entry.summary
    assert entry.updated == "2024-03-30T17:00:00Z"  # the end of March in the city


@pytest.mark.usefixtures("directive")
def test_the_feed_of_changes_tells_the_newest_stage_first(client: TestClient, connection: Connection) -> None:
    store(connection, edit("cang-b", name_vi="Cảng B", facts=(fact("under_construction", valid_from="2020"),)))
    titles = [entry.title for entry in feed(client, "/thay-doi.atom").entries]
    assert sorted(titles) == ["Cảng A: Hoàn thành", "Cảng B: Đang thi công"]
    entry = next(one for one in feed(client, "/thay-doi.atom").entries if "Cảng A" in one.title)
    assert {(link.rel, link.href) for link in entry.links} == {
        ("alternate", "http://map.example/du-an/cang-a"), ("via", "https://news.example/a")
    }  # fmt: skip
    assert entry.summary == "Từ: 03/2024\nKhánh thành.\nNguồn: Báo Hải Phòng"


def test_a_hostile_name_breaks_neither_calendar_nor_feed(client: TestClient, connection: Connection) -> None:
    store_directive(connection)
    store(
        connection, edit(name_vi=HOSTILE, facts=(fact("completed", source=HOSTILE, source_url="javascript:alert(1)"),))
    )
    store_mandate(connection, "cang-a", quote_vi=HOSTILE)
    assert len(events(client, "/thoi-han.ics")) == 1
    (entry,) = feed(client, "/thoi-han.atom").entries
    assert entry.title_detail.type == "text/plain"
    assert entry.title.startswith('Cảng <b>A</b> & "B"')
    assert "javascript:" not in client.get("/thay-doi.atom").text
    feed(client, "/thay-doi.atom")


def test_a_city_without_orders_has_empty_feeds(client: TestClient) -> None:
    assert events(client, "/thoi-han.ics") == []
    assert feed(client, "/thoi-han.atom").entries == []
    assert feed(client, "/thay-doi.atom").entries == []


@pytest.mark.parametrize("path", ["/thoi-han.ics", "/thoi-han.atom", "/thay-doi.atom"])
def test_what_a_feed_does_not_know_is_refused(client: TestClient, path: str) -> None:
    assert client.get(path, params={"layer": "mines"}).status_code == 400
    assert client.get(path, params={"colour": "red"}).status_code == 400
