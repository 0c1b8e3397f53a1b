"""The life cycle: its codes with label and definition in Vietnamese and English, and how they map to other standards.

Sources: OC4IDS 0.9 codelist `projectStatus`; IATI 2.03 codelist `ActivityStatus`.
"""

from dataclasses import dataclass
from typing import Literal

Lifecycle = Literal["project", "model-commune"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages of the map."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list: its label and a sentence that says when it applies."""

    id: str
    label: Words
    definition: Words


@dataclass(frozen=True, slots=True)
class Status(Code):
    """A stage. `rank` orders the stages of a life cycle; `running`: at least a part is in use, or the goal is reached."""

    rank: int
    running: bool
    oc4ids: str
    iati: str


def _status(
    rank: int,
    code: str,
    labels: tuple[str, str],
    definitions: tuple[str, str],
    oc4ids: str,
    iati: str,
    *,
    running: bool = False,
) -> Status:
    return Status(code, Words(*labels), Words(*definitions), rank, running, oc4ids, iati)


# fmt: off
PROJECT_STATUSES = (
    _status(1, "proposed", ("Đề xuất", "Proposed"),
            ("Được nêu trong quy hoạch, đề án hoặc chủ trương; chưa có thủ tục đầu tư nào được ghi nhận.",
             "Named in a plan, a scheme or a policy; no investment procedure is on record."), "identification", "1"),
    _status(2, "seeking_investor", ("Kêu gọi đầu tư", "Seeking an investor"),
            ("Thành phố đang tìm hoặc mời nhà đầu tư.", "The city is looking for or inviting an investor."), "identification", "1"),
    _status(3, "investment_procedure", ("Thủ tục đầu tư", "Investment procedure"),
            ("Đang làm hoặc đã có chủ trương, quyết định đầu tư; chưa thi công.",
             "The investment policy or decision is under way or taken; building has not begun."), "preparation", "1"),
    _status(4, "establishment_procedure", ("Thủ tục thành lập", "Establishment procedure"),
            ("Đang làm thủ tục thành lập, hoặc vừa có quyết định thành lập.",
             "The act that founds it is being prepared, or has just been signed."), "preparation", "1"),
    _status(5, "site_clearance", ("Giải phóng mặt bằng", "Site clearance"),
            ("Đang thu hồi, bồi thường và bàn giao đất.", "Land is being recovered, compensated and handed over."), "preparation", "2"),
    _status(6, "under_construction", ("Đang thi công", "Under construction"),
            ("Công trình đang được xây dựng.", "Works are being carried out."), "implementation", "2"),
    _status(7, "partly_operational", ("Hoạt động một phần", "Partly operational"),
            ("Một phần đã đưa vào sử dụng, phần còn lại chưa xong.", "A part is in use, the rest is not finished."),
            "implementation", "2", running=True),
    _status(8, "operational", ("Đang hoạt động", "Operational"),
            ("Đang được sử dụng, khai thác.", "In use."), "completed", "4", running=True),
    _status(9, "completed", ("Hoàn thành", "Completed"),
            ("Công việc đã xong; việc sử dụng không được nói tới.", "The works are finished; nothing is said of their use."),
            "completion", "3", running=True),
    _status(10, "cancelled", ("Đã hủy", "Cancelled"),
            ("Bị dừng hẳn bằng một quyết định.", "Ended for good by a decision."), "cancelled", "5"),
    _status(0, "unknown", ("Chưa rõ", "Unknown"),
            ("Chưa có nguồn nào nói về giai đoạn của dự án.", "No source tells the stage."), "identification", "1"),
)
MODEL_COMMUNE_STATUSES = (
    _status(1, "registered", ("Đã đăng ký", "Registered"),
            ("Xã được chọn hoặc đăng ký làm nông thôn mới kiểu mẫu.", "The commune is chosen or registered to become a model."),
            "identification", "1"),
    _status(2, "in_progress", ("Đang thực hiện", "In progress"),
            ("Các công trình, tiêu chí kiểu mẫu đang được thực hiện.", "Works and criteria of the model are being carried out."),
            "implementation", "2"),
    _status(3, "assessed", ("Đã thẩm định", "Assessed"),
            ("Đã được thẩm định, chờ quyết định công nhận.", "Assessed, and waiting for the decision of recognition."),
            "completion", "2"),
    _status(4, "recognised", ("Đã công nhận", "Recognised"),
            ("Có quyết định công nhận đạt chuẩn kiểu mẫu.", "A decision recognises it as a model commune."),
            "completed", "4", running=True),
    PROJECT_STATUSES[-1],
)
# fmt: on
LIFECYCLES: dict[Lifecycle, tuple[Status, ...]] = {"project": PROJECT_STATUSES, "model-commune": MODEL_COMMUNE_STATUSES}
STATUSES: dict[str, Status] = {status.id: status for status in PROJECT_STATUSES + MODEL_COMMUNE_STATUSES}


def _codes(*rows: tuple[str, str, str, str, str]) -> dict[str, Code]:
    return {code: Code(code, Words(vi, en), Words(why_vi, why_en)) for code, vi, en, why_vi, why_en in rows}


CONDITIONS = _codes(
    (
        "on_schedule",
        "Đúng tiến độ",
        "On schedule",
        "Nguồn nói rằng tiến độ được giữ.",
        "A source says that it keeps its schedule.",
    ),
    ("delayed", "Chậm tiến độ", "Delayed", "Nguồn nói rằng dự án chậm.", "A source says that it is late."),
    ("suspended", "Tạm dừng", "Suspended", "Nguồn nói rằng dự án tạm dừng.", "A source says that it is paused."),
    (
        "not_assessed",
        "Chưa đánh giá",
        "Not assessed",
        "Không nguồn nào nói về tiến độ.",
        "No source speaks of its pace.",
    ),
)
BASES = _codes(
    ("decided", "Quyết định", "Decided", "Một văn bản chính thức quyết định.", "A formal act decides it."),
    ("reported", "Theo tin", "Reported", "Báo chí hoặc trang tin nói.", "The press or a web page says so."),
    (
        "observed",
        "Quan sát",
        "Observed",
        "Có người đã thấy tại chỗ hoặc trên ảnh.",
        "Someone saw it on site or on an image.",
    ),
    (
        "implied",
        "Hàm ý",
        "Implied",
        "Một điều khoản coi là đã có; không phải quan sát.",
        "A clause presupposes it; nobody observed it.",
    ),
    ("inferred", "Suy đoán", "Inferred", "Hiểu biết chung, chưa kiểm chứng.", "General knowledge, not verified."),
)
ROLES = _codes(
    ("orders", "Giao nhiệm vụ", "Orders", "Điều khoản yêu cầu làm.", "The clause orders it."),
    ("reports", "Báo cáo", "Reports", "Điều khoản nêu một kết quả.", "The clause states a result."),
    ("approves", "Phê duyệt", "Approves", "Điều khoản phê duyệt.", "The clause approves it."),
    (
        "announces",
        "Nêu lại",
        "Announces",
        "Điều khoản nhắc lại lệnh của văn bản khác, hoặc chỉ nêu tên.",
        "The clause repeats an order of another act, or only names it.",
    ),
)
ACCURACIES = _codes(
    ("surveyed", "Đo đạc", "Surveyed", "Tọa độ đo tại thực địa.", "Measured on the ground."),
    ("mapped", "Theo bản đồ", "Mapped", "Vị trí đọc trên bản đồ.", "Read off a map."),
    (
        "approximate",
        "Gần đúng",
        "Approximate",
        "Điểm đặt nhãn gần đúng, không phải vị trí đo.",
        "A label point near it, not a survey.",
    ),
    (
        "commune",
        "Chỉ biết xã",
        "Commune only",
        "Chỉ biết xã, phường; điểm đặt giữa xã.",
        "Only the commune is known; the point stands inside it.",
    ),
)
