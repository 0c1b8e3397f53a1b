"""What must hold before a load: the files are without errors, as `haiphong check` finds them."""

from collections.abc import Collection
from pathlib import Path

from geo.errors import InvalidData
from layers import check
from layers.catalog import Catalog

MOST = 40
"""Errors that are told one by one; of more, the rest is a number."""
WAY_OUT = (
    "Chưa nạp gì, kho giữ nguyên. Sửa các lỗi trên rồi chạy `haiphong check`. / "
    "Nothing was loaded, the store is as it was. Correct the errors above, then run `haiphong check`."
)


def require_sound(data: Path, catalog: Catalog, changed: Collection[str] | None = None) -> None:
    """Do nothing when there is no error; `changed`: look only at these layers and lists, None at everything.

    Raises InvalidData with the errors and the way out. Warnings stop nothing.
    """
    errors = [found for found in check.run(data, catalog, changed, names=False) if found.severity == "error"]
    if not errors:
        return
    told = [str(found) for found in errors[:MOST]]
    if len(errors) > MOST:
        told.append(f"… {len(errors) - MOST} lỗi nữa / more errors")
    count = f"{len(errors)} lỗi / errors."
    raise InvalidData("\n".join(["data/", *told, count, WAY_OUT]))
