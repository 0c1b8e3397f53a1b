from datetime import UTC, date, datetime, tzinfo

import pytest

from geo import edtf
from geo.errors import InvalidParameter


@pytest.mark.parametrize(
    ("printed", "earliest", "latest"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),  # a leap year
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),  # a century that is none
        ("2023-02-15", date(2023, 2, 15), date(2023, 2, 15)),
        ("2020-11/2021-01", date(2020, 11, 1), date(2021, 1, 31)),
        ("2021/2021-06-30", date(2021, 1, 1), date(2021, 6, 30)),
        ("0001", date(1, 1, 1), date(1, 12, 31)),
    ],
)
def test_a_printed_date_means_every_day_that_it_may_mean(printed: str, earliest: date, latest: date) -> None:
    assert edtf.parse(printed) == edtf.Edtf(printed, earliest, latest)


@pytest.mark.parametrize(
    "printed",
    [
        "", "23", "20230", "2023-2", "2023-13", "2023-00", "2023-02-30", "2023-02-29", "0000", "2023-02-15T10:00",
        " 2023", "2023\n", "15/02/2023", "2023/", "/2023", "2023/2024/2025", "quý I/2023", "2023?", "٢٠٢٣",
    ],
)  # fmt: skip
def test_what_is_no_day_of_the_calendar_is_not_guessed(printed: str) -> None:
    with pytest.raises(InvalidParameter, match="date"):
        edtf.parse(printed)


@pytest.mark.parametrize("printed", ["2021/2020", "2021-02/2021-01-31"])
def test_a_window_does_not_end_before_it_begins(printed: str) -> None:
    with pytest.raises(InvalidParameter, match="ends before it begins"):
        edtf.parse(printed)


def test_the_day_in_hai_phong_begins_seven_hours_before_it_does_in_greenwich(monkeypatch: pytest.MonkeyPatch) -> None:
    class Evening(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Evening":
            return cls(2026, 1, 31, 17, 0, tzinfo=UTC).astimezone(tz)

    monkeypatch.setattr(edtf, "datetime", Evening)
    assert edtf.today() == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30/6/2023", "2023-06-30"), (" 05.06.2023 ", "2023-06-05"), ("30-06-2023", "2023-06-30"),
        ("30062023", "2023-06-30"),
        ("2/2024", "2024-02-29"), ("2024-02", "2024-02-29"), ("2023", "2023-12-31"), ("2023-06-30", "2023-06-30"),
        ("2023-01-01/2023-06-30", "2023-01-01/2023-06-30"), ("hôm qua", "hôm qua"),
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(text: str, day: str) -> None:
    assert edtf.typed(text) == day


@pytest.mark.parametrize("text", ["31/02/2023", "29/2/2023", "0/1/2023", "13/2023", "30132023"])
def test_a_typed_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        edtf.typed(text)
