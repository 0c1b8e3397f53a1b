"""What the store refuses of a file, as a sentence that names the file, the feature, and the way out."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DataError, IntegrityError

from geo.errors import InvalidData, InvalidFeature, MissingReference
from layers.records import read

_NAMES = {
    "unit": ("units.csv", "đơn vị", "unit", "units/units.csv"),
    "clause": ("status.csv", "điều khoản", "clause", "directives/clauses.csv"),
    "feature": ("directives/mandates.csv", "đối tượng", "feature", "curated.geojson"),
    "target": ("directives/mandates.csv", "chỉ tiêu", "target", "targets.csv"),
}
"""Column: the file that names it, what it is, and the list where it is missing."""
_KEPT = "Chưa nạp gì, kho giữ nguyên; xem `haiphong check`. / Nothing was loaded; see `haiphong check`."


@contextlib.contextmanager
def in_plain_words(folder: Path) -> Iterator[None]:
    """What cannot be stored of the files in `folder` is the data's fault: InvalidData, in both languages."""
    try:
        yield
    except MissingReference as error:
        raise InvalidData(f"{_missing(folder, error)}\n{_KEPT}") from error
    except InvalidFeature as error:
        raise InvalidData(f"{folder}: kho không nhận / the store refuses it:\n    {error}\n{_KEPT}") from error
    except (IntegrityError, DataError, ValueError) as error:
        came = str(getattr(error, "orig", None) or error).strip()
        raise InvalidData(f"{folder}: kho không nhận / the store refuses it:\n    {came}\n{_KEPT}") from error


def _missing(folder: Path, error: MissingReference) -> str:
    if error.column not in _NAMES:
        return (
            f"{folder}: {error.missing!r} đã bị bỏ khỏi danh sách mà nơi khác còn nhắc tới; thêm lại, "
            "hoặc sửa nơi nhắc.\n"
            f"    {error.missing!r} left its list while others still name it; put it back, or correct those."
        )
    file, vi, en, expected = _NAMES[error.column]
    naming = _naming(folder, error) if (folder / "curated.geojson").is_file() else ""
    return (
        f"{folder / file}: {naming}{vi} {error.missing!r} không có trong {expected}; sửa mã, hoặc thêm vào đó.\n"
        f"    {file}: {naming}the {en} {error.missing!r} is not in {expected}; correct the id, or add it there."
    )


def _naming(folder: Path, error: MissingReference) -> str:
    """The features of a layer that name what is missing, at most three."""
    ids = [
        record.id
        for record in read(folder)
        if error.missing in ({unit.unit_id for unit in record.units} | {fact.clause for fact in record.facts})
    ]
    return f"{', '.join(ids[:3])}{' …' if len(ids) > 3 else ''}: " if ids else ""
