"""The days that a question about time means."""

from datetime import date

import pytest

from geo.errors import InvalidParameter
from geo.interval import Interval

DAY = date(2023, 6, 30)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-06-30", DAY, DAY),
        (" 2023-06-30 ", DAY, DAY),
        ("2023-06-30T16:59:59Z", DAY, DAY),
        ("2023-06-29T17:00:00Z", DAY, DAY),  # midnight in Hải Phòng
        ("2023-06-29T17:00:00.5z", DAY, DAY),
        ("2023-06-30t00:00:00+07:00", DAY, DAY),
        ("2023-06-30T00:00:00 07:00", DAY, DAY),  # a plus that nobody escaped
        ("2023-06-29T23:59:59+07:00", date(2023, 6, 29), date(2023, 6, 29)),
        ("2023-06-30/2025-02-01", DAY, date(2025, 2, 1)),
        ("2023-06-30/2023-06-30", DAY, DAY),
        ("../2023-06-30", None, DAY),
        ("/2023-06-30", None, DAY),
        ("2023-06-30/..", DAY, None),
        ("2023-06-30/", DAY, None),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_day_an_instant_and_an_interval_mean_days_in_the_city(
    text: str, first: date | None, last: date | None
) -> None:
    assert Interval.parse(text) == Interval(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "..", "../..", "2023", "2023-06", "30/06/2023", "2023-6-30", "2023-02-30", "2023-13-01", "0000-01-01",
        "2023-06-30T00:00:00", "2023-06-30 00:00:00Z", "2023-06-30T24:00:01Z", "2023-06-30T00:00:00+25:00", "now",
        "2025-02-01/2023-06-30", "2023-06-30T10:00:00Z/2023-06-30T09:00:00Z",
        "2023-06-30/2023-07-01/2023-07-02", "2023-06-30/x", "9999-12-31T23:00:00Z",
        "٢٠٢٣-٠٦-٣٠", "2023-06-30\n", "-2023-06-30", "P1Y/2023-06-30",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_what_would_be_one(text: str) -> None:
    if text == "2023-06-30\n":  # white space around a day does not change it
        assert Interval.parse(text) == Interval(DAY, DAY)
        return
    with pytest.raises(InvalidParameter, match=r"2023-06-30|calendar|before it begins"):
        Interval.parse(text)


def test_an_interval_meets_what_has_a_day_in_it() -> None:
    interval = Interval(date(2025, 1, 1), date(2025, 6, 30))
    assert interval.meets(None, None)
    assert interval.meets("2025-06-30", None)
    assert interval.meets(None, "2025-01-01")
    assert not interval.meets("2025-07-01", None)
    assert not interval.meets(None, "2024-12-31")
