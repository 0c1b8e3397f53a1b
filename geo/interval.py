"""The `datetime` of OGC API Features: a day or an interval of days, with open ends."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from geo.errors import InvalidParameter

CITY_TIME = timezone(timedelta(hours=7))
"""The day of an instant is the day that it falls on in the city."""
OPEN = ("", "..")
ACCEPTED = (
    "a day (2023-06-30), an instant (2023-06-30T00:00:00Z), or an interval of two of them (2023-01-01/2023-06-30), of "
    "which one may be open (../2023-06-30)"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Interval:
    """From the first day to the last one, both included; None where that end is open."""

    first: date | None
    last: date | None

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """The days that `text` means. Raises InvalidParameter with the accepted forms."""
        ends = text.strip().split("/")
        if len(ends) == 1:
            one = day(ends[0])
            return cls(one, one)
        if len(ends) != 2 or all(end in OPEN for end in ends):
            raise _wrong(text, f"expected was {ACCEPTED}")
        first, last = (None if end in OPEN else day(end) for end in ends)
        if first is not None and last is not None and first > last:
            raise _wrong(text, f"it ends before it begins; {last}/{first} may have been meant")
        return cls(first, last)

    def meets(self, first: str | None, last: str | None) -> bool:
        """Whether some day from `first` to `last` lies in it; ISO 8601, None where that end is open."""
        begins_in_time = first is None or self.last is None or first <= self.last.isoformat()
        return begins_in_time and (last is None or self.first is None or last >= self.first.isoformat())


ALWAYS = Interval(None, None)


def day(text: str) -> date:
    """The day that a full-date or a date-time of RFC 3339 means in the city. Raises InvalidParameter."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC).astimezone(CITY_TIME).date()
    except (ValueError, OverflowError):
        raise _wrong(text, "there is no such day or instant in the calendar") from None
    raise _wrong(text, f"expected was {ACCEPTED}")


def _wrong(text: str, why: str) -> InvalidParameter:
    return InvalidParameter(f"datetime={ascii(text[:60]) if not text.isprintable() else repr(text[:60])}: {why}.")
