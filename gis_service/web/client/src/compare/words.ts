/** Words of comparing in the two languages. */

import type { Language, Text } from "../language";

export const COMPARE = {
  title: { vi: "So sánh", en: "Compare" },
  back: { vi: "Trở lại", en: "Back" },
  left: { vi: "Bên trái", en: "On the left" },
  right: { vi: "Bên phải", en: "On the right" },
  leftShort: { vi: "Trái", en: "Left" },
  rightShort: { vi: "Phải", en: "Right" },
  today: { vi: "Hiện nay", en: "Today" },
  edits: { vi: "Đang thử", en: "What is tried out" },
  swap: { vi: "Đổi bên", en: "Swap sides" },
  ways: { vi: "Cách so sánh", en: "How to compare" },
  swipe: { vi: "Kéo thanh", en: "Swipe" },
  halves: { vi: "Hai bản đồ", en: "Side by side" },
  change: { vi: "Khác biệt", en: "Difference" },
  bar: { vi: "Thanh chia hai bản đồ; phím mũi tên để dời", en: "Bar between the two maps; arrow keys move it" },
  secondMap: { vi: "Bản đồ bên phải", en: "The map on the right" },
  loading: { vi: "Đang tính hai bên…", en: "Computing both sides…" },
  failed: { vi: "Chưa so sánh được.", en: "The two could not be compared." },
  same: { vi: "Hai bên là một: hãy chọn bên khác.", en: "Both sides are the same: choose another." },
  nobody: { vi: "Số người trong tiêu chuẩn không đổi.", en: "As many people are within the standard." },
  than: { vi: "So với", en: "Compared with" },
  shares: { vi: "Người trong tiêu chuẩn, theo đơn vị", en: "Within the standard, by unit" },
  unit: { vi: "Đơn vị", en: "Unit" },
  people: { vi: "Người", en: "People" },
  table: { vi: "Các đơn vị khác nhau", en: "Units that differ" },
  noRows: { vi: "Không đơn vị nào khác nhau.", en: "No unit differs." },
  noUnit: { vi: "Ngoài mọi đơn vị", en: "In no unit" },
  keep: { vi: "Lưu so sánh, xem từng ô 250 m", en: "Keep it, and see cells of 250 m" },
  keeping: { vi: "Đang lưu…", en: "Keeping it…" },
  keepHint: { vi: "Đã lưu: ai có địa chỉ này đều mở lại được đúng so sánh này.", en: "Kept: whoever has this address opens this very comparison." },
  onlyKept: { vi: "Hai bên không mở được ở đây (kịch bản của người khác); dưới đây là so sánh đã lưu.", en: "The two sides cannot be opened here (somebody else's scenarios); below is the comparison as it was kept." },
  keepFailed: { vi: "Chưa lưu được.", en: "It could not be kept." },
  keepSigned: { vi: "Người làm quy hoạch đăng nhập thì lưu được so sánh, và xem từng ô 250 m ai được thêm, ai mất.", en: "Planners who sign in can keep the comparison, and see who gains and who loses in cells of 250 m." },
  saveFirst: { vi: "Lưu những gì đang thử thành kịch bản để lưu được so sánh này.", en: "Save what is tried out as a scenario first, then this comparison can be kept." },
  cells: { vi: "Ô 250 m: người được thêm trừ người mất", en: "Cells of 250 m: people gained less people lost" },
  small: { vi: "Số nhỏ, không hiện", en: "Small counts, not shown" },
  notDrawn: { vi: "Số thay đổi không vẽ được ở bên này", en: "Edits of this side that the map cannot draw" },
  signIn: { vi: "Đăng nhập để chọn kịch bản đã lưu", en: "Sign in to choose among saved scenarios" },
  unknown: { vi: "Kịch bản", en: "Scenario" },
  ofOther: { vi: "Kịch bản này thuộc dịch vụ khác", en: "This scenario is about another service" },
} satisfies Record<string, Text>;

export function say(key: keyof typeof COMPARE, language: Language): string {
  return COMPARE[key][language];
}
