/** Words of the form that changes a feature. */

import type { Language, Text } from "../language";
import type { Fault } from "./draft";

const WORDS = {
  editing: { vi: "Sửa thông tin", en: "Edit values" },
  loading: { vi: "Đang mở biểu mẫu…", en: "Opening the form…" },
  failed: { vi: "Chưa mở được biểu mẫu.", en: "The form could not be opened." },
  save: { vi: "Lưu", en: "Save" },
  saving: { vi: "Đang lưu…", en: "Saving…" },
  cancel: { vi: "Thôi", en: "Cancel" },
  undo: { vi: "Hoàn tác", en: "Undo" },
  redo: { vi: "Làm lại", en: "Redo" },
  empty: { vi: "(để trống)", en: "(empty)" },
  yes: { vi: "có", en: "yes" },
  no: { vi: "không", en: "no" },
  why: { vi: "Lý do sửa (ghi vào lịch sử)", en: "Why (kept in the history)" },
  required: { vi: "bắt buộc", en: "required" },
  faultRequired: { vi: "Phải có giá trị.", en: "A value is needed." },
  faultNumber: { vi: "Phải là số, ví dụ 12,5.", en: "A number is needed, such as 12.5." },
  faultWhole: { vi: "Phải là số nguyên.", en: "A whole number is needed." },
  faultListed: { vi: "Phải là một giá trị trong danh sách.", en: "A value of the list is needed." },
  saveFailed: { vi: "Chưa lưu được; bản nháp vẫn còn ở đây.", en: "It could not be saved; the draft is still here." },
  restored: { vi: "Đã mở lại bản nháp chưa lưu.", en: "The draft that was not saved is open again." },
  dropDraft: { vi: "Bỏ bản nháp", en: "Drop the draft" },
  conflict: { vi: "Có người vừa sửa đối tượng này. Chọn giá trị giữ lại, rồi lưu.",
    en: "Somebody has changed this feature meanwhile. Choose what to keep, then save." },
  overtaken: { vi: "Có người vừa sửa đối tượng này ở chỗ khác; thay đổi của bạn vẫn giữ. Xem lại rồi lưu.",
    en: "Somebody has changed other fields of this feature; your changes are kept. Look again, then save." },
  mine: { vi: "của bạn", en: "yours" },
  theirs: { vi: "của người kia", en: "theirs" },
  changedByOthers: { vi: "Người kia đã sửa", en: "They have changed" },
  remove: { vi: "Xoá đối tượng", en: "Delete this feature" },
  removeSure: { vi: "Xoá thật? Lịch sử vẫn giữ, khôi phục được.", en: "Delete it? Its history stays, and it can be restored." },
  removeYes: { vi: "Xoá", en: "Delete" },
  history: { vi: "Lịch sử và khôi phục", en: "History and restoring" },
  gone: { vi: "Đối tượng này vừa bị xoá.", en: "This feature has been deleted meanwhile." },
} satisfies Readonly<Record<string, Text>>;

export function say(key: keyof typeof WORDS, language: Language): string {
  return WORDS[key][language];
}

const FAULTS = { required: "faultRequired", number: "faultNumber", whole: "faultWhole", listed: "faultListed" } as const;

/** Of every fault but that of a day, which its field tells by itself. */
export function faultText(fault: Exclude<Fault, "date">, language: Language): string {
  return say(FAULTS[fault], language);
}
