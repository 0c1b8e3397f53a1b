"""A finding: what is wrong, as a person can act on it. Every kind, with its words, stands in `findings.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from geo.status import Words

Severity = Literal["error", "warning"]

_KINDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("findings.toml").read_text("utf-8"))
KINDS: tuple[str, ...] = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at: its kind, where it is (file, id or line, field), and what came.

    `expected` fills the sentences of the kind; `expected_en` where it differs by language.
    """

    kind: str
    came: str = ""
    expected: str = ""
    expected_en: str | None = None
    file: str = ""
    where: str = ""
    field: str = ""

    @property
    def severity(self) -> Severity:
        """An error stops a load; a warning asks a person to look."""
        severity: Severity = _KINDS[self.kind]["severity"]
        return severity

    @property
    def what(self) -> Words:
        """What is wrong, in both languages."""
        return self._words("what")

    @property
    def remedy(self) -> Words:
        """What to do about it, in both languages."""
        return self._words("remedy")

    def _words(self, part: str) -> Words:
        english = self.expected if self.expected_en is None else self.expected_en
        nothing = self.came in ("", "''")
        both = {"expected_vi": self.expected, "expected_en": english}
        texts: Mapping[str, str] = _KINDS[self.kind][part]
        return Words(
            texts["vi"].format_map(both | {"came": "(trống)" if nothing else self.came, "expected": self.expected}),
            texts["en"].format_map(both | {"came": "(empty)" if nothing else self.came, "expected": english}),
        )

    def at(self, file: str, where: str, field: str = "") -> "Finding":
        """The same finding, placed; a field that it names already stays."""
        return Finding(self.kind, self.came, self.expected, self.expected_en, file, where, self.field or field)

    def __str__(self) -> str:
        place = " · ".join(part for part in (self.file, self.where, self.field) if part)
        vi, en = (f"{self.what.vi}; {self.remedy.vi}", f"{self.what.en}; {self.remedy.en}")
        return f"{self.severity} [{self.kind}] {place}\n  {vi}.\n  {en}."
