"""Dates as precise as the source prints them: EDTF years, months, days and windows.

`2023`, `2023-02`, `2023-02-15` and the window `2020-11/2021-01` (EDTF level 0, ISO 8601-2:2019). A window
says "some day in there", not a duration.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from geo.errors import InvalidParameter

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_TYPED = re.compile(r"(?:(\d{1,2})[ /.-]+)?(\d{1,2})[ /.-]+(\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)
CITY_TIME = timezone(timedelta(hours=7))
_NEWEST = re.compile(r"(?:.*/)?(\d{4})(?:-(\d\d))?(?:-(\d\d))?", re.ASCII)
_ENDS = ("", "12", "31")
SILENT_MONTHS = 24
"""After longer without a word, a status is shown with a doubt beside it. Whole years: the day of the month stays."""


@dataclass(frozen=True, slots=True)
class Edtf:
    """A printed date: its text, and the first and last day that it may mean."""

    text: str
    earliest: date
    latest: date


def today() -> date:
    """The day in Hải Phòng, seven hours ahead of UTC: what began there this morning does not lie in the future."""
    return day_of(datetime.now(UTC))


def day_of(instant: datetime) -> date:
    """The day in Hải Phòng at an instant."""
    return instant.astimezone(CITY_TIME).date()


def last_told_day(newest: str | None) -> int | None:
    """The last day that the date of the newest word on a status may mean, as a number: "2023-05" is 20230531.

    A month always has 31: numbers are compared, and every day of it is told by then. None where none is known. The
    function of this name in the database is the same one.
    """
    found = _NEWEST.match(newest or "")
    return None if found is None else int("".join(part or end for part, end in zip(found.groups(), _ENDS, strict=True)))


def is_silent(newest: str | None, day: date) -> bool:
    """Whether the newest word on a status was told more than `SILENT_MONTHS` before this day; 24 months are not more.

    A date that names no day is taken at its last: "2024" may have been told on 31/12/2024. False where none is known.
    `isOld` of the page, the rule of the QML and that of the MapLibre style are the same one.
    """
    told = last_told_day(newest)
    return told is not None and told < old_before(day)


def old_before(day: date) -> int:
    """What was last told before this day, as a number, is old on `day`."""
    return int(f"{day.year - SILENT_MONTHS // 12:04}{day:%m%d}")


@lru_cache(maxsize=10_000)
def parse(text: str) -> Edtf:
    """The days that `text` may mean.

    Raises InvalidParameter for anything but a year, month or day, or two of them in order with a slash.
    """
    first, slash, last = text.partition("/")
    earliest, latest = _days(first, text)
    if slash:
        latest = _days(last, text)[1]
        if latest < earliest:
            raise InvalidParameter(f"The window {text!r} ends before it begins.")
    return Edtf(text, earliest, latest)


def typed(text: str) -> str:
    """A day as people write it, `30/6/2023`, `30.06.2023` or `30062023`, as `2023-06-30`; any other text as it is.

    A month (`6/2023`) or a year (`2023`) is its last day. Raises InvalidParameter for what no calendar has.
    """
    text = text.strip()
    if found := _TYPED.fullmatch(text):
        day, month, year = found.group(1, 2, 3) if found[3] else found.group(4, 5, 6)
        written = f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    elif _DATE.fullmatch(text):
        written = text
    else:
        return text
    return parse(written).latest.isoformat()


def _days(part: str, whole: str) -> tuple[date, date]:
    match = _DATE.fullmatch(part)
    if match is None:
        raise InvalidParameter(f"{whole!r} is no date; write 2023, 2023-02, 2023-02-15, or a window 2020-11/2021-01.")
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, int(month), 1), date(year, int(month), calendar.monthrange(year, int(month))[1])
        exact = date(year, int(month), int(day))
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InvalidParameter(f"{whole!r} is no date of the calendar: {error}.") from None
    return exact, exact
