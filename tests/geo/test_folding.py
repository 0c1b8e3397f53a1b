import unicodedata

import orjson
import pytest
from sqlalchemy import Connection, cast, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB


def fold(connection: Connection, words: str) -> str:
    folded: str = connection.execute(select(func.fold(words))).scalar_one()
    return folded


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("Đồ Sơn", "do son"),
        ("ĐÌNH VŨ", "dinh vu"),
        ("đặc khu Bạch Long Vĩ", "dac khu bach long vi"),
        ("Thủy Nguyên", "thuy nguyen"),
        ("Thuỷ Nguyên", "thuy nguyen"),  # the other place of the tone mark
        ("Hoà Bình, Hòa Bình", "hoa binh hoa binh"),
        ("Nghĩa Lộ – Hoàng Châu (cũ)", "nghia lo hoang chau cu"),
        ("  Bến  số\t3,\n4 ", "ben so 3 4"),
        ("KCN Nam Đình Vũ", "khu cong nghiep nam dinh vu"),
        ("Khu công nghiệp Nam Đình Vũ", "khu cong nghiep nam dinh vu"),
        ("CCN An Thọ", "cum cong nghiep an tho"),
        ("KKT ven biển", "khu kinh te ven bien"),
        ("KDL Đồi Rồng", "khu du lich doi rong"),
        ("KĐT Bắc sông Cấm", "khu do thi bac song cam"),
        ("xã NTM kiểu mẫu", "xa nong thon moi kieu mau"),
        ("NOXH Tràng Duệ", "nha o xa hoi trang due"),
        ("KCN-KCN/CCN", "khu cong nghiep khu cong nghiep cum cong nghiep"),  # neither takes the other's space
        ("KCNC, VKKT", "kcnc vkkt"),  # a word that only holds an abbreviation
        ("", ""),
        ("…%_!", ""),
    ],
)
def test_a_name_is_found_however_it_is_typed(connection: Connection, printed: str, plain: str) -> None:
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, printed)
        assert fold(connection, typed) == plain
        assert fold(connection, typed.swapcase()) == plain
    assert fold(connection, plain) == plain  # what is folded stays as it is


def test_the_names_of_a_feature_are_one_text_with_spaces_around_every_word(connection: Connection) -> None:
    properties = {"name_vi": "Cảng Lạch Huyện", "alt_names": ["HICT", "Bến 1, 2"], "name_en": None, "area_ha": 12}
    told = cast(literal(orjson.dumps(properties).decode()), JSONB)
    search = connection.execute(select(func.feature_search("cang-lach-huyen", told))).scalar_one()
    assert search == " cang lach huyen hict ben 1 2 cang lach huyen "
