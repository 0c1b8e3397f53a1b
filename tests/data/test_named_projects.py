"""What directive 02/CT-UBND of 19 January 2023 names is found by that name, with and without accents."""

import json

import pytest

from geo.quality import fold
from tests.data.curated import DATA, LAYERS, rows

NAMES: dict[str, list[str]] = {}
for layer in LAYERS:
    for feature in json.loads((DATA / layer / "curated.geojson").read_text("utf-8"))["features"]:
        told = feature["properties"]
        NAMES[feature["id"]] = [f"{layer} {name}" for name in (told["name_vi"], *told.get("alt_names", []))]

PRINTED = [
    ("KCN Nam Tràng Cát", "kcn nam trang cat", "kcn-nam-trang-cat"),
    ("KCN Thủy Nguyên", "kcn thuy nguyen", "kcn-thuy-nguyen"),
    ("KCN Tràng Duệ 3", "kcn trang due 3", "kcn-trang-due-3"),
    ("KCN Giang Biên 2", "kcn giang bien 2", "kcn-giang-bien-2"),
    ("KCN Tiên Thanh", "kcn tien thanh", "kcn-tien-thanh"),
    ("KCN Cảng cửa ngõ quốc tế Hải Phòng", "kcn cang cua ngo quoc te hai phong", "kcn-cang-cua-ngo-quoc-te"),
    ("KCN Nam Đình Vũ Khu 1", "kcn nam dinh vu khu 1", "kcn-nam-dinh-vu-khu-1"),
    ("KCN Nam Đình Vũ Khu 2", "kcn nam dinh vu khu 2", "kcn-nam-dinh-vu-khu-2"),
    ("KCN VSIP", "kcn vsip", "kcn-vsip"),
    ("KCN Cầu Kiền", "kcn cau kien", "kcn-nam-cau-kien"),
    ("Nam Cầu Kiền", "nam cau kien", "kcn-nam-cau-kien"),
    ("khu công nghiệp Vinh Quang", "khu cong nghiep vinh quang", "kcn-vinh-quang"),
    ("khu công nghiệp An Hòa", "khu cong nghiep an hoa", "kcn-an-hoa"),
    ("khu công nghiệp Tân Trào", "khu cong nghiep tan trao", "kcn-tan-trao"),
    ("CCN Quang Phục", "ccn quang phuc", "ccn-quang-phuc"),
    ("CCN Dũng Tiến - Giang Biên", "ccn dung tien giang bien", "ccn-dung-tien-giang-bien"),
    ("CCN An Thọ", "ccn an tho", "ccn-an-tho"),
    ("các bến container số 3, 4, 5, 6", "cac ben container so 3 4 5 6", "ben-3-4-lach-huyen-htit"),
    ("các bến container số 3, 4, 5, 6", "cac ben container so 3 4 5 6", "ben-5-6-lach-huyen-hhit"),
    ("Cảng cửa ngõ quốc tế Hải Phòng", "cang cua ngo quoc te hai phong", "cang-cua-ngo-quoc-te-hai-phong"),
    ("Cảng biển Nam Đồ Sơn", "cang bien nam do son", "cang-bien-nam-do-son"),
    ("Khu du lịch quốc tế Đồi Rồng", "khu du lich quoc te doi rong", "khu-du-lich-quoc-te-doi-rong"),
    ("Khu du lịch Cái Giá - Cát Bà", "khu du lich cai gia cat ba", "khu-du-lich-cai-gia-cat-ba"),
    ("Cát Bà Amanita", "cat ba amanita", "khu-du-lich-cai-gia-cat-ba"),
    ("khu đô thị du lịch dịch vụ Cát Đồn", "khu do thi du lich dich vu cat don", "khu-do-thi-du-lich-dich-vu-cat-don"),
    (
        "khu du lịch dịch vụ Vịnh trung tâm Cát Bà",
        "khu du lich dich vu vinh trung tam cat ba",
        "khu-du-lich-dich-vu-vinh-trung-tam-cat-ba",
    ),
    ("Khách sạn 5 sao HYATT Cát Bà", "khach san 5 sao hyatt cat ba", "khach-san-5-sao-hyatt-cat-ba"),
    ("tuyến cáp treo Phù Long - Cát Bà", "tuyen cap treo phu long cat ba", "cap-treo-phu-long-cat-ba"),
]


@pytest.mark.parametrize(("printed", "plain", "feature_id"), PRINTED)
def test_a_project_of_the_directive_is_found_by_its_printed_name(printed: str, plain: str, feature_id: str) -> None:
    assert any(fold(printed) in fold(name) for name in NAMES[feature_id]), NAMES[feature_id]
    assert fold(plain) == fold(printed)


def test_each_of_them_is_ordered_by_a_clause_of_the_directive() -> None:
    ordered = {
        row["feature"]
        for row in rows(DATA / "directives" / "mandates.csv")
        if row["clause"].startswith("ct-02-2023#ii.2.") and row["role"] == "orders"
    }
    named = {feature_id for _, _, feature_id in PRINTED}
    assert named - ordered <= {"cang-cua-ngo-quoc-te-hai-phong"}
