"""The two clocks: which day is asked for, and what was known of it when."""

from datetime import UTC, date, datetime

import pytest

from geo.clocks import Clocks, clocks
from geo.errors import InvalidParameter

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DAY = date(2023, 6, 30)


@pytest.mark.parametrize(
    ("asked", "as_of", "meant"),
    [
        (None, None, None),
        ("2026-11-22", None, None),  # today
        ("2030-01-01", None, None),  # nothing begins after today
        ("2023-06-30/..", None, None),
        ("2023-06-30", None, Clocks(DAY)),
        ("2020-01-01/2023-06-30", None, Clocks(DAY)),
        ("../2023-06-30", None, Clocks(DAY)),
        ("2023-06-30", "2023-08-01T00:00:00Z", Clocks(DAY, datetime(2023, 8, 1, tzinfo=UTC))),
        (None, "2023-07-31T17:00:00Z", Clocks(date(2023, 8, 1), datetime(2023, 7, 31, 17, tzinfo=UTC))),
        ("2020-01-01/..", "2023-07-31T17:00:00Z", Clocks(date(2023, 8, 1), datetime(2023, 7, 31, 17, tzinfo=UTC))),
        (None, "2023-08-01", Clocks(date(2023, 8, 1), datetime(2023, 8, 1, 16, 59, 59, 999999, tzinfo=UTC))),
        (None, "2026-11-22", Clocks(date(2026, 11, 22), NOW)),  # the day is not over
        (None, "2026-11-22T10:00:00+07:00", Clocks(date(2026, 11, 22), NOW)),
    ],
)
def test_two_clocks_are_one_day_and_one_instant(asked: str | None, as_of: str | None, meant: Clocks | None) -> None:
    assert clocks(asked, as_of, NOW) == meant


@pytest.mark.parametrize("as_of", ["2026-11-23", "2026-11-22T03:00:01Z", "2023", "..", "2023-01-01/2024-01-01", ""])
def test_of_the_future_nothing_is_recorded(as_of: str) -> None:
    with pytest.raises(InvalidParameter, match="not later than now"):
        clocks(None, as_of, NOW)
