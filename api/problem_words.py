"""What goes wrong, in Vietnamese: for each problem a title and the way out, beside the English of `api.problems`."""

from collections.abc import Sequence

_PLACES = "unknown-unit"
"""What its `allowed` holds is where to look, not what to write."""
WORDS: dict[str, tuple[str, str]] = {
    "invalid-parameter": ("Tham số không dùng được", "Tên hoặc giá trị không đúng; /api/docs ghi mọi tham số."),
    "invalid-request": ("Không đọc được yêu cầu", "/api/docs ghi mọi địa chỉ và tham số."),
    "invalid-bbox": (
        "bbox không dùng được",
        "Viết bốn số tây,nam,đông,bắc, kinh độ trước, như 106.4,20.5,107.2,21.1; hệ tọa độ khác thì thêm bbox-crs.",
    ),
    "invalid-filter": (
        "Bộ lọc không dùng được",
        "Viết theo CQL2, như status = 'under_construction' AND area_ha > 50; chữ đặt trong dấu nháy đơn.",
    ),
    _PLACES: (
        "Không có địa bàn này",
        "Viết mã, mã kèm giai đoạn (303@2024), hoặc tên không dấu (cat-hai); các mã nằm trong các bộ địa bàn.",
    ),
    "ambiguous-unit": ("Nhiều địa bàn cùng tên", "Chọn một mã trong số đó."),
    "unknown-collection": ("Không có bộ dữ liệu này", "Mã của bộ dữ liệu không đúng; danh sách ở /api/collections."),
    "unknown-format": ("Không có định dạng này", "Đuôi của địa chỉ là định dạng."),
    "unknown-style": ("Không có cách vẽ này", "Danh sách ở …/styles của bộ dữ liệu."),
    "tile-not-found": ("Không có ô này", "Lưới, mức, hàng hoặc cột nằm ngoài bộ ô."),
    "not-acceptable": ("Không có dạng trả lời này", "Bỏ Accept, hoặc nêu dạng bằng f= trong địa chỉ."),
    "unknown-short-link": ("Không đọc được liên kết ngắn", "Liên kết bị gõ sai hoặc bị cắt; xin lại từ người gửi."),
    "feature-not-found": ("Không có đối tượng này", "Mã có thể bị gõ sai; tìm theo tên bằng ?q= ở …/items."),
    "feature-withdrawn": ("Đối tượng đã được rút lại", "Nó được nhập nhầm; lịch sử còn ở …/history."),
    "export-too-large": (
        "Quá nhiều cho một tệp của định dạng này",
        "Lọc bớt bằng district, status hay bbox, hoặc tải .geojson, .csv, không có giới hạn.",
    ),
    "version-conflict": ("Có người đã sửa đối tượng này trước", "Đọc phiên bản mới rồi sửa tiếp."),
    "invalid-feature": ("Đối tượng chưa lưu được như vậy", "Sửa chỗ mà `detail` nêu rồi gửi lại."),
    "missing-reference": ("Điều được nhắc tới chưa có trong kho", "Thêm điều ấy trước, hoặc sửa mã."),
    "still-written": ("Dữ liệu của lúc ấy còn đang được ghi", "Hỏi lại sau vài giây."),
    "store-not-ready": ("Cơ sở dữ liệu chưa sẵn sàng", "Hỏi lại sau ít phút; /readyz cho biết tình trạng."),
    "store-unreachable": (
        "Cơ sở dữ liệu không trả lời kịp",
        "Hỏi ít hơn (bbox, limit), hoặc hỏi lại sau vài giây; /readyz cho biết tình trạng.",
    ),
    "busy": ("Máy chủ đang bận", "Hỏi lại sau vài giây."),
    "assets-missing": ("Thiếu tệp của trang", "Chạy `npm ci` trong web/, hoặc `make run`."),
    "internal-error": ("Lỗi ở phía máy chủ", "Hỏi lại, và báo cho người quản trị nếu vẫn lỗi."),
    "not-found": ("Không có gì ở địa chỉ này", "API bắt đầu ở /api, bản đồ ở /."),
    "method-not-allowed": ("Địa chỉ này chỉ để đọc", "Dùng GET hoặc HEAD."),
}


def in_vietnamese(name: str, allowed: Sequence[str] = ()) -> dict[str, str]:
    """The members of a problem for Vietnamese readers; none for one that only a protocol raises."""
    if name not in WORDS:
        return {}
    title, way_out = WORDS[name]
    listed = f" {'Bộ' if name == _PLACES else 'Dùng được'}: {', '.join(allowed)}." if allowed else ""
    return {"title_vi": title, "detail_vi": way_out + listed}
