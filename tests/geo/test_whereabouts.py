import pytest

from geo.status import Words
from geo.whereabouts import NOWHERE, Landmark, Spot, direction, rounded_m, sentence

BRIDGE = Words("cầu Rào", "Rào bridge")


def at(metres: float, azimuth: float = 90, reach_m: float = 0) -> Landmark:
    return Landmark(BRIDGE, metres, azimuth, reach_m)


def test_a_place_is_told_by_its_unit_and_from_a_landmark() -> None:
    told = sentence(Spot(["Phường Đông Hải"], accuracy="mapped", landmark=at(3_040)))
    assert told == Words("Phường Đông Hải, 3 km về phía đông của cầu Rào", "Phường Đông Hải, 3 km east of Rào bridge")


@pytest.mark.parametrize(
    ("azimuth", "towards"),
    [(0, "bắc"), (22, "bắc"), (23, "đông bắc"), (90, "đông"), (134, "đông nam"), (180, "nam"), (225, "tây nam"),
     (290, "tây"), (315, "tây bắc"), (338, "bắc"), (360, "bắc")],
)  # fmt: skip
def test_there_are_eight_directions(azimuth: float, towards: str) -> None:
    told = sentence(Spot([], accuracy="mapped", landmark=at(3_000, azimuth))).vi
    assert told == f"3 km về phía {towards} của cầu Rào"


@pytest.mark.parametrize(
    ("metres", "doubt", "told"),
    [
        (262, 10, 250), (849, 10, 800), (851, 100, 900), (2_240, 100, 2_000), (2_260, 100, 2_500), (3_499, 100, 3_500),
        (7_400, 100, 7_000), (12_900, 100, 12_000), (1_400, 1_000, 1_000), (3_600, 1_000, 4_000),
    ],
)  # fmt: skip
def test_a_distance_is_no_finer_than_it_is_known(metres: float, doubt: float, told: int) -> None:
    assert rounded_m(metres, doubt) == told


def test_what_may_lie_on_either_side_is_only_near() -> None:
    berth = at(650, reach_m=100)
    assert sentence(Spot(["Xã A"], accuracy="approximate", landmark=at(900))).vi == "Xã A, gần cầu Rào"
    assert sentence(Spot([], accuracy="mapped", reach_m=500, landmark=berth)).en == "near Rào bridge"
    assert sentence(Spot([], accuracy="mapped", landmark=berth)).vi == "700 m về phía đông của cầu Rào"


def test_nothing_is_made_up() -> None:
    assert sentence(Spot(["Xã A"], accuracy="commune", landmark=at(900))) == Words("Xã A", "Xã A")
    assert sentence(Spot(["Xã A"], accuracy=None, landmark=at(900))).vi == "Xã A"
    assert sentence(Spot(["Xã A"], accuracy="mapped", landmark=at(20_001))).vi == "Xã A"
    assert sentence(Spot(["Xã A"], accuracy="mapped", reach_m=5_001, landmark=at(9_000))).vi == "Xã A"
    assert sentence(Spot(placed=False)) == NOWHERE == Words("Chưa rõ vị trí", "Location not known")
    assert sentence(Spot(["Huyện An Lão"], former=True, placed=False)) == Words(
        "Huyện An Lão (cũ), chưa rõ vị trí", "Huyện An Lão (former), location not known"
    )
    assert sentence(Spot(["Xã A", "Xã B", "Xã C"], accuracy="commune")).en == "Xã A, Xã B +1"
    assert direction(-90) == 6
