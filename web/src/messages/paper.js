/** The sentences of the map on paper. */

export const PAPER = {
  paperNo: ["Số", "No."],
  paperName: ["Dự án", "Project"],
  paperSource: ["Căn cứ, ngày, nguồn của trạng thái", "Basis, date and source of the status"],
  paperGroup: ["Nhiều dự án gần nhau; số ghi dưới là dòng trong bảng", "Several close together; the numbers are rows of the table"],
  paperEvery: ["Mọi dự án", "Every project"],
  paperSearch: ["Tìm: “{q}”", "Search: “{q}”"],
  paperDay: ["Tình trạng ngày {day}", "Status on {day}"],
  paperAsOf: ["theo dữ liệu ghi nhận đến {day}", "as recorded by {day}"],
  paperPrinted: ["in ngày {day}", "printed {day}"],
  paperNews: [" (tin mới nhất: {day})", " (latest news: {day})"],
  paperScale: ["Tỉ lệ 1:{n}", "Scale 1:{n}"],
  paperAbout: ["Tỉ lệ khoảng 1:{n}", "Scale about 1:{n}"],
  paperPage: ["Trang {n}/{all}", "Page {n} of {all}"],
  paperTable: ["Bảng kê các dự án", "Table of the projects"],
  paperOn: ["Trên bản đồ", "On the map"],
  paperOutside: ["Ngoài khung bản đồ", "Outside the frame"],
  paperSays: ["{sheets} trang · {shown} dự án trong khung, {all} dự án khớp bộ lọc, {nowhere} chưa rõ vị trí.", "{sheets} pages · {shown} projects in the frame, {all} match the filters, {nowhere} without a place."],
  paperMany: ["{n} dự án là quá nhiều cho giấy. Trở về bản đồ, lọc còn tối đa {most} dự án rồi in lại.", "{n} projects are too many for paper. Go back to the map, filter to {most} at most, and print again."],
  paperLink: ["Mở bản đồ này", "Open this map"],
};
