/** What the pages of uploads say while a script is at work; everything else the server has written. */

export type Language = "vi" | "en";

const WORDS = {
  waiting: { vi: "chờ đến lượt", en: "waits for its turn" },
  paused: { vi: "đã tạm dừng", en: "paused" },
  cut: { vi: "mất kết nối; tự gửi tiếp khi có lại", en: "connection lost; it goes on by itself" },
  looking: { vi: "đã nhận đủ, đang xem tệp…", en: "all received, being looked through…" },
  gone: { vi: "đã huỷ", en: "cancelled" },
  failed: { vi: "Không gửi được", en: "Could not be sent" },
  large: { vi: "Tệp quá lớn", en: "The file is too large" },
  left: { vi: "còn", en: "left:" },
  pause: { vi: "Tạm dừng", en: "Pause" },
  resume: { vi: "Gửi tiếp", en: "Go on" },
  cancel: { vi: "Huỷ", en: "Cancel" },
  open: { vi: "Xem tệp", en: "See the file" },
  begun: { vi: "Bắt đầu gửi", en: "On its way:" },
  done: { vi: "Đã nhận đủ", en: "Received:" },
  again: { vi: "Tiếp tục từ chỗ dừng", en: "Going on where it stopped:" },
} as const;

export type Word = keyof typeof WORDS;

export function say(word: Word, language: Language): string {
  return WORDS[word][language];
}

export function languageOf(document: Document): Language {
  return document.documentElement.lang === "en" ? "en" : "vi";
}

const UNITS = ["byte", "KB", "MB", "GB"];

/** 12400000 is "12,4 MB" for a Vietnamese reader and "12.4 MB" for an English one. */
export function sizeText(bytes: number, language: Language): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit ? 1 : 0;
  const figure = new Intl.NumberFormat(language === "vi" ? "vi-VN" : "en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${figure.format(value)} ${UNITS[unit]}`;
}

/** Seconds as people say how long they still wait: "2 phút", "40 s". */
export function timeText(seconds: number, language: Language): string {
  if (seconds < 60) return language === "vi" ? `${Math.max(1, Math.round(seconds))} giây` : `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return language === "vi" ? `${minutes} phút` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return language === "vi" ? `${hours} giờ ${minutes % 60} phút` : `${hours} h ${minutes % 60} min`;
}
