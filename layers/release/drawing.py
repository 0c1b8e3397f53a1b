"""What changed between two releases, on a map: each project where it stands, with the sentence that tells its news."""

from datetime import datetime
from pathlib import Path
from typing import Any

from geo import edtf
from geo.status import Words
from layers.cards import Lang
from layers.ground import Ground
from layers.release.changes import Change, Comparison
from layers.release.telling import sentence, summary

MOST_DRAWN = 500
"""So many projects one map shows; the CSV and the JSON tell all."""


class Drawing:
    """Gathers the changed projects, and draws them when everything is known."""

    def __init__(self, comparison: Comparison, ground: Ground, packages: Path) -> None:
        self._comparison, self._ground, self._packages = comparison, ground, packages
        self._features: list[dict[str, Any]] = []
        self._told: dict[str, Words] = {}
        self._summary = Words("", "")

    def add(self, change: Change) -> None:
        """Keep it, while there is room; units are drawn beneath, whatever became of them."""
        if change.layer in self._comparison.catalog.layers and len(self._features) < MOST_DRAWN:
            self._features.append(dict(change.feature))
            self._told[change.id] = sentence(change)

    def end(self, counts: dict[str, int]) -> None:
        """How many there were, and how many of them the map leaves out."""
        whole, left = summary(counts), counts["changed"] - len(self._features)
        more = Words(f" {left} không vẽ ở đây: xem CSV.", f" {left} are not drawn here: see the CSV.") if left else None
        self._summary = Words(whole.vi + more.vi, whole.en + more.en) if more else whole

    def page(self, lang: Lang) -> str:
        """The map as one HTML file that needs no network."""
        from layers import preview  # Folium and pandas, a third of what a start would import

        old, new = self._comparison.old, self._comparison.new
        return preview.page(
            {"type": "FeatureCollection", "features": self._features},
            self._comparison.catalog,
            self._ground,
            self._packages,
            day=edtf.day_of(datetime.fromisoformat(new.issued)),
            lang=lang,
            subtitle=f"{old.name} → {new.name}. {getattr(self._summary, lang)}",
            told={key: getattr(words, lang) for key, words in self._told.items()},
        )
