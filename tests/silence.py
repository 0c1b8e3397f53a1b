"""When a status counts as silent: the same table for every writing of that one rule (Python, JavaScript, QML)."""

SHOWN = "2026-11-22"
WORDS: tuple[tuple[str, bool], ...] = (
    ("2024-11-21", True),
    ("2024-11-22", False),  # two years ago to the day: 24 months, not more
    ("2024-11-23", False),
    ("2024-10", True),
    ("2024-11", False),
    ("2023", True),
    ("2024", False),
    ("2020/2025", False),
    ("2020-11/2021-01", True),
    ("2023/2024-11-22", False),
)
"""The newest word on a status, and whether it is silent on the day `SHOWN`."""
