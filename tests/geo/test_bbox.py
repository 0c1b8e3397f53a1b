import pytest

from geo.bbox import BBox
from geo.errors import InvalidBBox


def test_the_city_lies_between_its_west_south_east_and_north() -> None:
    assert BBox.parse("106.4,20.5,107.2,21.1") == BBox(west=106.4, south=20.5, east=107.2, north=21.1)


def test_a_box_may_be_a_single_point_or_the_whole_earth() -> None:
    assert BBox.parse("106.9,20.8,106.9,20.8") == BBox(106.9, 20.8, 106.9, 20.8)
    assert BBox.parse("-180,-90,180,90") == BBox(-180, -90, 180, 90)


@pytest.mark.parametrize(
    "text",
    [
        "", ",", "106.4", "106.4,20.5,107.2", "106.4,20.5,107.2,21.1,0", "106.4,20.5,0,107.2,21.1,9", "a,b,c,d",
        "106.4;20.5;107.2;21.1", "nan,20.5,107.2,21.1", "106.4,20.5,inf,21.1", "106.4,20.5,1e999,21.1",
        "106.4,,107.2,21.1", "106,4,20,5,107,2,21,1",
    ],
)  # fmt: skip
def test_anything_but_four_numbers_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidBBox, match=r"four numbers were expected.*106\.4,20\.5,107\.2,21\.1"):
        BBox.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "107.2,20.5,106.4,21.1",  # east of its own east: it would go around the earth
        "106.4,21.1,107.2,20.5",
        "20.5,106.4,21.1,107.2",  # latitude first
        "600000,2290000,700000,2320000",  # VN-2000 metres
    ],
)
def test_a_box_that_is_turned_round_is_asked_about_its_axes(text: str) -> None:
    with pytest.raises(InvalidBBox, match="is longitude first"):
        BBox.parse(text)
