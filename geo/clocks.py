"""The two clocks of a question: the day whose state is shown (`datetime`), and what was known of it when (`as-of`)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from geo.edtf import CITY_TIME
from geo.interval import Interval, day, moment, wrong

ACCEPTED = "a day (2023-08-01, its end in the city) or an instant (2023-08-01T00:00:00Z), not later than now"


@dataclass(frozen=True, slots=True)
class Clocks:
    """`day`: whose state is shown. `known`: only what was recorded up to this instant counts; None: all that is."""

    day: date
    known: datetime | None = None


def on_record(clocks: Clocks | None) -> Clocks | None:
    """What was on record at the instant of these clocks, of whatever day; None where all that is on record counts."""
    return None if clocks is None or clocks.known is None else Clocks(day(clocks.known), clocks.known)


def clocks(datetime_text: str | None, as_of: str | None, now: datetime | None = None) -> Clocks | None:
    """What the two parameters mean; None where they ask for nothing but today's state as it is known now.

    Of an interval, its last day is shown. An end that is open is today; with `as-of`, the day of that. `now`: this
    instant. Raises InvalidParameter.
    """
    now = now or datetime.now(UTC)
    known = known_at(as_of, now) if as_of is not None else None
    last = day(known or now)
    asked = (Interval.parse(datetime_text).last if datetime_text is not None else None) or last
    return None if known is None and asked >= last else Clocks(asked, known)


def known_at(text: str, now: datetime) -> datetime:
    """The instant that `as-of` names; of a day, its last microsecond in the city, and of today, `now`.

    Raises InvalidParameter for what is no moment, or not yet past.
    """
    known = moment(text.strip(), "as-of", ACCEPTED)
    if not isinstance(known, datetime):
        if known == day(now):
            return now
        known = datetime.combine(known, time.max, CITY_TIME)
    if known > now:
        raise wrong(text, f"of the future nothing is recorded; expected was {ACCEPTED}", "as-of")
    return known
