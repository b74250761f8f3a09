/** The two languages of the service: words of the page, numbers and dates as their readers write them. */

export type Language = "vi" | "en";
export type Text = Readonly<Record<Language, string>>;

const NO_BREAK_SPACE = "\u00a0";
const LOCALES: Readonly<Record<Language, string>> = { vi: "vi-VN", en: "en-GB" };

export const WORDS = {
  answer: { vi: "Câu trả lời", en: "The answer" },
  layers: { vi: "Lớp dữ liệu", en: "Layers" },
  table: { vi: "Bảng", en: "Table" },
  forDevelopers: { vi: "API", en: "API" },
  sections: { vi: "Các phần của trang", en: "Parts of the page" },
  chooseLanguage: { vi: "Ngôn ngữ", en: "Language" },
  map: { vi: "Bản đồ", en: "Map" },
  mapOf: { vi: "Bản đồ các lớp dữ liệu; dùng phím mũi tên để di chuyển, + và − để phóng to, thu nhỏ",
    en: "Map of the layers; arrow keys move it, + and − zoom" },
  zoomIn: { vi: "Phóng to", en: "Zoom in" },
  zoomOut: { vi: "Thu nhỏ", en: "Zoom out" },
  wholeCity: { vi: "Xem toàn bộ", en: "Show the whole city" },
  close: { vi: "Đóng", en: "Close" },
  loadingLayers: { vi: "Đang tải danh sách lớp…", en: "Loading the list of layers…" },
  noLayers: { vi: "Chưa có lớp nào có dữ liệu. Người phụ trách dữ liệu nạp lớp đầu tiên bằng lệnh “layers load”.",
    en: "No layer holds data yet. GIS staff load the first one with the command “layers load”." },
  emptyLayers: { vi: "Chưa có dữ liệu", en: "Without data yet" },
  layersFailed: { vi: "Không tải được danh sách lớp.", en: "The list of layers could not be loaded." },
  layerFailed: { vi: "Không vẽ được lớp này.", en: "This layer could not be drawn." },
  generatedAnswer: { vi: "Câu trả lời tính từ dữ liệu minh hoạ.", en: "This answer is computed from generated data." },
  moreNotices: { vi: "Cần biết về cách tính", en: "What to know about the method" },
  closed: { vi: "đã đóng", en: "closed" },
  retry: { vi: "Thử lại", en: "Try again" },
  generated: { vi: "dữ liệu minh hoạ", en: "generated data" },
  generatedNotice: { vi: "Có lớp đang hiện là dữ liệu minh hoạ, không phải số liệu thật:",
    en: "Layers on the map that are generated, not surveyed:" },
  noAnswer: { vi: "Chưa có nghiên cứu nào được lưu. Bản đồ đang hiện các lớp dữ liệu.",
    en: "No study has been stored yet. The map shows the layers." },
  loadingAnswer: { vi: "Đang tìm kết quả gần nhất…", en: "Looking for the latest result…" },
  answerFailed: { vi: "Không tải được kết quả gần nhất.", en: "The latest result could not be loaded." },
  coverageLegend: { vi: "Người trong tiêu chuẩn, theo xã", en: "People within the standard, by commune" },
  units: { vi: "đơn vị", en: "units" },
  noUnit: { vi: "Ngoài mọi đơn vị", en: "In no unit" },
  zone: { vi: "Xã, phường", en: "Commune" },
  outside: { vi: "Ở ngoài", en: "Outside" },
  within: { vi: "Trong tiêu chuẩn", en: "Within" },
  credits: { vi: "Nguồn", en: "Sources" },
  noWebgl: { vi: "Trình duyệt này không vẽ được bản đồ (cần WebGL 2). Bảng dữ liệu vẫn dùng được.",
    en: "This browser cannot draw the map (it needs WebGL 2). The table works without it." },
  feature: { vi: "Đối tượng", en: "Feature" },
  noValue: { vi: "không có", en: "none" },
  yes: { vi: "có", en: "yes" },
  no: { vi: "không", en: "no" },
  layerOfTable: { vi: "Lớp", en: "Layer" },
  loadingTable: { vi: "Đang tải bảng…", en: "Loading the table…" },
  tableFailed: { vi: "Không tải được bảng.", en: "The table could not be loaded." },
  firstRows: { vi: "dòng đầu:", en: "first rows:" },
  showOnMap: { vi: "Xem trên bản đồ", en: "Show on the map" },
  sheet: { vi: "Thay đổi chiều cao bảng thông tin", en: "Change the height of the panel" },
} satisfies Record<string, Text>;

export type Word = keyof typeof WORDS;

export function word(key: Word, language: Language): string {
  return WORDS[key][language];
}

/** 362235 is "362.235" for a Vietnamese reader and "362,235" for an English one. */
export function numberText(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value);
}

/**
 * A share 0..1 as a percentage with one decimal, "80,5 %" or "80.5%".
 *
 * Rounding never claims everybody or nobody: 0.9999 is 99.9 %, 0.0001 is 0.1 %.
 */
export function shareText(share: number, language: Language): string {
  const rounded = Math.round(share * 1000) / 10;
  const honest = share < 1 && rounded >= 100 ? 99.9 : share > 0 && rounded <= 0 ? 0.1 : rounded;
  // Everybody and nobody are whole; anything between has its decimal, so that columns line up.
  const digits = share <= 0 || share >= 1 ? 0 : 1;
  const figure = new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(honest);
  return language === "vi" ? `${figure}${NO_BREAK_SPACE}%` : `${figure}%`;
}

/** Metres as a reader says them: "500 m", "1,2 km". */
export function distanceText(metres: number, language: Language): string {
  return metres < 1000
    ? `${numberText(metres, language)}${NO_BREAK_SPACE}m`
    : `${numberText(metres / 1000, language, 1)}${NO_BREAK_SPACE}km`;
}

/** Seconds as minutes, which is how standards are spoken of: "10 phút", "7.5 minutes". */
export function minutesText(seconds: number, language: Language): string {
  const minutes = seconds / 60;
  const unit = language === "vi" ? "phút" : minutes === 1 ? "minute" : "minutes";
  return `${numberText(minutes, language, 1)}${NO_BREAK_SPACE}${unit}`;
}

/** An ISO date as "24/07/2020" or "24 Jul 2020"; anything else comes back as it was. */
export function dateText(value: string, language: Language): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(value);
  if (!parts) return value;
  const [, year, month, day] = parts;
  if (language === "vi") return `${day}/${month}/${year}`;
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${year}-${month}-${day}T00:00:00Z`));
}
