"""One page of a collection, ready to be written out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """`features`: GeoJSON Features in UTF-8, joined by commas, without the brackets of their array.

    `matched`: features that fit the filters, on all pages; `returned`: those in `features`; `next`: where the next page
    begins, None on the last.
    """

    features: bytes
    matched: int
    returned: int
    next: str | None
