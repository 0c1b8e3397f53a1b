"""The `datetime` of OGC API Features: a day or an interval of days of the city, with open ends."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from geo.edtf import CITY_TIME
from geo.errors import InvalidParameter

OPEN = ("", "..")
ACCEPTED = (
    "a day (2023-06-30), an instant (2023-06-30T00:00:00Z), or an interval of two of them (2023-01-01/2023-06-30), of "
    "which one may be open (../2023-06-30)"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# A `+` that nobody escaped arrives as a space.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+ -]\d\d:\d\d)", re.ASCII)


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
            one = day(moment(ends[0]))
            return cls(one, one)
        if len(ends) != 2 or all(end in OPEN for end in ends):
            raise wrong(text, f"expected was {ACCEPTED}")
        first, last = (None if end in OPEN else moment(end) for end in ends)
        told = cls(first and day(first), last and day(last))
        if isinstance(first, datetime) and isinstance(last, datetime):
            reversed_ = first > last
        else:
            reversed_ = told.first is not None and told.last is not None and told.first > told.last
        if reversed_:
            raise wrong(text, f"it ends before it begins; {ends[1]}/{ends[0]} may have been meant")
        return told

    def meets(self, first: str | None, last: str | None) -> bool:
        """Whether some day from `first` to `last` lies in it; ISO 8601, None where that end is open."""
        begins_in_time = first is None or self.last is None or first <= self.last.isoformat()
        return begins_in_time and (last is None or self.first is None or last >= self.first.isoformat())


ALWAYS = Interval(None, None)


def moment(text: str, name: str = "datetime", accepted: str = ACCEPTED) -> date | datetime:
    """The full-date or date-time of RFC 3339, the latter with its offset. Raises InvalidParameter."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            instant = datetime.fromisoformat(text.upper().replace(" ", "+"))
            instant.astimezone(UTC).astimezone(CITY_TIME)  # at either end of the calendar some zone has no such day
            return instant
    except (ValueError, OverflowError):
        raise wrong(text, "there is no such day or instant in the calendar", name) from None
    raise wrong(text, f"expected was {accepted}", name)


def day(one: date | datetime) -> date:
    """The day in the city."""
    return one.astimezone(CITY_TIME).date() if isinstance(one, datetime) else one


def wrong(text: str, why: str, name: str = "datetime") -> InvalidParameter:
    """What to raise for a moment that cannot be used."""
    return InvalidParameter(f"{name}={ascii(text[:60]) if not text.isprintable() else repr(text[:60])}: {why}.")
