"""The words of the report of a roadmap."""

from collections.abc import Mapping, Sequence

from gis_service.types import Text

WORDS = {
    "title": Text("Lộ trình chương trình", "Roadmap of the programme"),
    "subtitle": Text(
        "{city}Tính đến ngày {day} · {phases} giai đoạn, {projects} dự án · nghiên cứu {id}",
        "{city}As of {day} · {phases} phases, {projects} projects · study {id}",
    ),
    "generated": Text(
        "Tính từ dữ liệu minh hoạ sinh bằng chương trình: không cho biết hiện trạng.",
        "Computed from generated demonstration data: tells nothing of what is really there.",
    ),
    "phases": Text("Các giai đoạn", "Phases"),
    "services": Text(
        "Người dân trong chuẩn đến hết mỗi giai đoạn", "People within the standard at the end of each phase"
    ),
    "curve": Text(
        "Chi phí và số người được thêm, cộng dồn theo thứ tự",
        "Cost and people won, added up in order",
    ),
    "indicators": Text("Chỉ tiêu theo lĩnh vực", "Indicators by sector"),
    "projects": Text("Các dự án", "Projects"),
    "best": Text("Theo kế hoạch và tốt nhất có thể", "As planned and as best"),
    "best_words": Text(
        "Lộ trình tốt nhất với ngân sách và thứ tự ưu tiên này mang lại {best} năm·người được thêm đến hết"
        " giai đoạn cuối, không lộ trình nào vượt {bound} ({gap}). Theo kế hoạch: {planned}{broken}. Chỉ nhìn"
        " từng giai đoạn: kém {now}; chỉ nhìn kết quả cuối: kém {end} năm·người.",
        "The best roadmap within these budgets and priorities wins {best} person-years to the end of the last"
        " phase; none can win more than {bound} ({gap}). As planned: {planned}{broken}. Looking at each phase"
        " alone loses {now} person-years, looking at the end alone {end}.",
    ),
    "proved": Text("đã chứng minh là tốt nhất", "proved to be the best"),
    "within": Text("kém nhất có thể {gap}", "within {gap} of the best possible"),
    "broken": Text(
        " (không giữ đúng {count} quy tắc về ngân sách, ưu tiên hoặc thứ tự)",
        " (which breaks {count} rules of budget, priority or order)",
    ),
    "cut_words": Text(
        "Cắt {cut} % ngân sách làm mất {lost} năm·người; các dự án lùi lại hoặc bị bỏ: {slips}.",
        "Cutting all budgets by {cut}% loses {lost} person-years; projects that slip or drop out: {slips}.",
    ),
    "never": Text("không làm", "not built"),
    "no_slips": Text("không có", "none"),
    "faults": Text("Cần xem lại trong bảng dự án", "To be looked at in the table of projects"),
    "method": Text("Cách tính và nguồn", "Method and sources"),
    "method_words": Text(
        "Dự án được tính từ ngày đưa vào sử dụng (thực tế, nếu chưa có thì dự kiến); dự án đã dừng không"
        " tính. Mỗi giai đoạn tính đến ngày cuối của nó, với các cơ sở của lớp dịch vụ mở vào ngày đó và các"
        " dự án đã đưa vào sử dụng; chi phí nằm trọn trong giai đoạn đưa vào sử dụng. Số người được thêm là"
        " số người trước đó chưa cơ sở hay dự án nào phục vụ trong chuẩn; người được thêm hai dịch vụ được"
        " đếm hai lần.",
        "A project counts from the day of its commissioning (the actual one, else the planned one); one that"
        " is stopped never does. Each phase is told at its last day, with the facilities of the layer that"
        " are open then and the projects commissioned by then; the whole cost stands in the phase of"
        " commissioning. People won are those whom no facility and no project before reached within the"
        " standard; who wins two services is counted twice.",
    ),
    "inputs": Text("Dữ liệu: {inputs}.", "Data: {inputs}."),
    "code": Text("Phiên bản tính toán {code}.", "Computed by version {code}."),
    "footer": Text("Lộ trình chương trình · {id}", "Roadmap of the programme · {id}"),
    "cost_axis": Text("tỷ đồng, cộng dồn", "billion dong, added up"),
    "people_axis": Text("người được thêm, cộng dồn", "people won, added up"),
    "credits": Text("Nguồn: {sources}", "Sources: {sources}"),
}
HEADS: Mapping[str, Sequence[Text]] = {
    "phases": (
        Text("Giai đoạn", "Phase"),
        Text("Từ", "From"),
        Text("Đến hết", "Through"),
        Text("Dự án", "Projects"),
        Text("Chi phí (tỷ đồng)", "Cost (billion dong)"),
        Text("Ngân sách (tỷ đồng)", "Budget (billion dong)"),
        Text("Vượt (tỷ đồng)", "Over (billion dong)"),
        Text("Người được thêm", "People won"),
    ),
    "indicators": (
        Text("Lĩnh vực", "Sector"),
        Text("Dự án", "Projects"),
        Text("Dự kiến", "Planned"),
        Text("Đang làm", "Under way"),
        Text("Đã dùng", "Commissioned"),
        Text("Đã dừng", "Stopped"),
        Text("Chi phí (tỷ đồng)", "Cost (billion dong)"),
        Text("Đã dùng (tỷ đồng)", "Commissioned (billion dong)"),
        Text("Người đã được thêm", "People reached"),
        Text("Người theo kế hoạch", "People as planned"),
        Text("Đã làm", "Share done"),
    ),
    "projects": (
        Text("Mã", "Code"),
        Text("Tên", "Name"),
        Text("Lĩnh vực", "Sector"),
        Text("Ưu tiên", "Priority"),
        Text("Tình trạng", "Status"),
        Text("Tính từ", "Counts from"),
        Text("Giai đoạn", "Phase"),
        Text("Chi phí (tỷ đồng)", "Cost (billion dong)"),
        Text("Người nếu một mình", "People alone"),
        Text("Người theo thứ tự", "People in order"),
        Text("Người/tỷ đồng", "People per billion"),
    ),
    "best": (
        Text("Mã", "Code"),
        Text("Tên", "Name"),
        Text("Theo kế hoạch", "As planned"),
        Text("Tốt nhất", "As best"),
    ),
    "faults": (Text("Dự án", "Project"), Text("Điều cần xem", "What to look at")),
}
