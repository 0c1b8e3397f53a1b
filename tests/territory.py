"""A tiny city over three generations of units, each outline a square.

In 2024 the district Cát Hải (317) holds the commune Đồng Bài and the town Cát Bà; the district Đồ Sơn (308) holds the
wards Hải Sơn and Minh Đức. On 1 January 2025 only the generation changes. On 1 July 2025 Cát Hải becomes a special zone
as a whole; the new ward Đồ Sơn takes Hải Sơn whole and a part of Minh Đức, the new ward Nam Đồ Sơn the rest of it. Two
communes are called Tân Dân, one of them in old Hải Dương.
"""

from typing import Any

from tests.factories import succession, unit

HAI_SON, MINH_DUC = (106.75, 20.65, 106.80, 20.75), (106.80, 20.65, 106.85, 20.75)
DO_SON, CAT_HAI = (106.75, 20.65, 106.85, 20.75), (106.90, 20.70, 107.10, 20.90)
DONG_BAI, CAT_BA = (106.90, 20.70, 107.00, 20.90), (107.00, 20.70, 107.10, 20.90)


def district(unit_id: str, code: str, full_name: str, box: tuple[float, ...] | None) -> dict[str, Any]:
    kind, _, name = full_name.partition(" ")
    generation = "2025-01" if unit_id.startswith("2025-01") else "2024"
    return unit(unit_id, code=code, name=name, full_name=full_name, type=kind, box=box, generation=generation)


def commune(unit_id: str, code: str, full_name: str, **told: Any) -> dict[str, Any]:
    kind = next(kind for kind in ("Phường", "Xã", "Thị trấn", "Đặc khu") if full_name.startswith(kind))
    name = full_name.removeprefix(kind).strip()
    generation = "-".join(unit_id.split("-")[: 1 if unit_id.startswith("2024") else 2])
    return unit(
        unit_id, level="commune", generation=generation, code=code, name=name, full_name=full_name, type=kind, **told
    )


UNITS = (
    district("2024-huyen-cat-hai", "317", "Huyện Cát Hải", CAT_HAI),
    district("2024-quan-do-son", "308", "Quận Đồ Sơn", DO_SON),
    district("2025-01-huyen-cat-hai", "317", "Huyện Cát Hải", CAT_HAI),
    district("2025-01-quan-do-son", "308", "Quận Đồ Sơn", DO_SON),
    commune("2024-xa-dong-bai", "11920", "Xã Đồng Bài", parent="2024-huyen-cat-hai", box=DONG_BAI),
    commune("2024-thi-tran-cat-ba", "11914", "Thị trấn Cát Bà", parent="2024-huyen-cat-hai", box=CAT_BA),
    commune("2024-phuong-hai-son", "11455", "Phường Hải Sơn", parent="2024-quan-do-son", box=HAI_SON),
    commune("2024-phuong-minh-duc", "11465", "Phường Minh Đức", parent="2024-quan-do-son", box=MINH_DUC),
    commune("2024-xa-tan-dan", "11659", "Xã Tân Dân"),
    commune("2025-01-xa-dong-bai", "11920", "Xã Đồng Bài", parent="2025-01-huyen-cat-hai"),
    commune("2025-01-thi-tran-cat-ba", "11914", "Thị trấn Cát Bà", parent="2025-01-huyen-cat-hai"),
    commune("2025-01-phuong-hai-son", "11455", "Phường Hải Sơn", parent="2025-01-quan-do-son"),
    commune("2025-01-phuong-minh-duc", "11465", "Phường Minh Đức", parent="2025-01-quan-do-son"),
    commune("2025-01-phuong-tan-dan-chi-linh", "10603", "Phường Tân Dân", province_code="30"),
    commune("2025-01-phuong-tan-dan-kinh-mon", "10699", "Phường Tân Dân", province_code="30"),
    commune("2025-07-dac-khu-cat-hai", "11914", "Đặc khu Cát Hải", box=CAT_HAI),
    commune("2025-07-phuong-do-son", "11455", "Phường Đồ Sơn", box=HAI_SON),
    commune("2025-07-phuong-nam-do-son", "11465", "Phường Nam Đồ Sơn", box=MINH_DUC),
)
STEPS = (
    succession("2024-huyen-cat-hai", "2025-01-huyen-cat-hai"),
    succession("2024-quan-do-son", "2025-01-quan-do-son"),
    succession("2024-xa-dong-bai", "2025-01-xa-dong-bai"),
    succession("2024-thi-tran-cat-ba", "2025-01-thi-tran-cat-ba"),
    succession("2024-phuong-hai-son", "2025-01-phuong-hai-son"),
    succession("2024-phuong-minh-duc", "2025-01-phuong-minh-duc"),
    succession("2025-01-huyen-cat-hai", "2025-07-dac-khu-cat-hai"),
    succession("2025-01-xa-dong-bai", "2025-07-dac-khu-cat-hai"),
    succession("2025-01-thi-tran-cat-ba", "2025-07-dac-khu-cat-hai"),
    succession("2025-01-phuong-hai-son", "2025-07-phuong-do-son"),
    succession("2025-01-phuong-minh-duc", "2025-07-phuong-do-son", "part"),
    succession("2025-01-phuong-minh-duc", "2025-07-phuong-nam-do-son", "part"),
)


def in_its_days(told: dict[str, Any]) -> dict[str, Any]:
    """The unit with the days in which its generation held."""
    days = {"2024": (None, "2024-12-31"), "2025-01": ("2025-01-01", "2025-06-30"), "2025-07": ("2025-07-01", None)}
    valid_from, valid_to = days[told["generation"]]
    return told | {"valid_from": valid_from, "valid_to": valid_to}
