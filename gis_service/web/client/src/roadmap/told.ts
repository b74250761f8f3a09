/** The answer of a stop in sentences. */

import { inSentence, MODES, pointsText } from "../answer";
import { costText, dateText, numberText, shareText, type Language } from "../language";
import type { City } from "../page";
import type { Best, Roadmap, Service } from "./document";
import { moneyText } from "./money";
import { BEFORE, coverAt, NOW, phaseName, sumAt, type Stop } from "./stops";
import { RULE_WORDS } from "./words";

function peopleOf(count: number, language: Language): string {
  return numberText(Math.round(count), language);
}

/** "Đến hết giai đoạn 2 (31/12/2025), 22 trong 49 dự án với 496,1 tỷ đồng đưa dịch vụ đến thêm 63.366 lượt người." */
export function sentenceAt(roadmap: Roadmap, stop: Stop, language: Language): string {
  const { projects, cost, people } = sumAt(roadmap, stop);
  const day = dateText(stop.day, language);
  const all = numberText(roadmap.projects.length, language);
  const vi = language === "vi";
  if (stop.id === BEFORE) {
    return vi ? `Trước chương trình (${day}): chưa tính dự án nào trong ${all} dự án.` : `Before the programme (${day}): none of its ${all} projects counts yet.`;
  }
  const name = phaseName(stop.id, roadmap.phases, language);
  const until = stop.id === NOW ? (vi ? `Đến hôm nay (${day})` : `By today (${day})`)
    : vi ? `Đến hết ${inSentence(name)} (${day})` : `By the end of ${inSentence(name)} (${day})`;
  const isOne = projects === 1;
  const those = vi ? `${numberText(projects, language)} trong ${all} dự án với ${moneyText(cost, language)}`
    : `${numberText(projects, language)} of ${all} projects, with ${moneyText(cost, language)},`;
  if (people === null) return vi ? `${until}, ${those} được đưa vào sử dụng.` : `${until}, ${those} ${isOne ? "is" : "are"} commissioned.`;
  const gained = peopleOf(people, language);
  return vi ? `${until}, ${those} đưa dịch vụ đến thêm ${gained} lượt người.`
    : `${until}, ${those} ${isOne ? "brings" : "bring"} a service to ${gained} more ${Math.round(people) === 1 ? "person" : "people"}.`;
}

export function serviceName(city: City, id: string, language: Language): string {
  return city.services.find((one) => one.id === id)?.title[language] ?? id;
}

/** "trong 10 phút bằng xe máy", "within 3 km as the crow flies". */
export function ruleText({ measure, mode, limit }: Service, language: Language): string {
  const vi = language === "vi";
  const cost = costText(limit, measure === "network_time" ? "s" : "m", language);
  const how = MODES[mode ?? ""]?.[language] ?? "";
  if (!measure.startsWith("network_")) return vi ? `trong ${cost} đường chim bay` : `within ${cost} as the crow flies`;
  return `${vi ? "trong" : "within"} ${cost} ${how}`.trim();
}

/** "Trạm y tế: 99,9 % trong 10 phút bằng xe máy · +0,1 điểm phần trăm"; null where it may not be told. */
export function serviceText(city: City, roadmap: Roadmap, service: Service, stop: Stop, language: Language): string | null {
  const share = coverAt(roadmap, service.id, stop)?.share ?? null;
  if (share === null) return null;
  const said = `${serviceName(city, service.id, language)}: ${shareText(share, language)} ${ruleText(service, language)}`;
  const from = service.before.share;
  if (stop.id === BEFORE || from === null) return `${said}.`;
  const points = (share - from) * 100;
  return Math.abs(points) < 0.05 ? `${said}.` : `${said} · ${pointsText(points, language)}`;
}

function yearsText(years: number, language: Language): string {
  return numberText(Math.round(years), language);
}

/** How far the planned roadmap is from the best, in plain words. */
export function regretText({ planned, status, gap }: Best, roadmap: Roadmap, language: Language): string {
  const vi = language === "vi";
  const [least, most] = [planned.regret_person_years, planned.regret_at_most_person_years];
  const [broken] = planned.broken;
  const proof = status === "optimal" ? (vi ? "đã chứng minh là tốt nhất" : "proved to be the best")
    : vi ? `cách tốt nhất có thể không quá ${shareText(gap, language)}` : `within ${shareText(gap, language)} of the best possible`;
  if (broken) {
    const rule = RULE_WORDS[broken.rule]?.[language] ?? broken.rule;
    const name = phaseName(broken.phase, roadmap.phases, language);
    return vi ? `Kế hoạch ${rule} ở ${inSentence(name)}, nên không so ngang được: phương án tốt nhất giữ đúng các điều kiện (${proof}).`
      : `In ${inSentence(name)} the plan ${rule}, so the two are not alike: the best plan keeps every rule (${proof}).`;
  }
  if (Math.round(most) === 0) return vi ? `Kế hoạch không kém phương án tốt nhất (${proof}).` : `The plan is as good as the best (${proof}).`;
  const range = Math.round(least) === Math.round(most) ? yearsText(least, language)
    : vi ? `từ ${yearsText(least, language)} đến ${yearsText(most, language)}` : `${yearsText(least, language)} to ${yearsText(most, language)}`;
  return vi ? `Kế hoạch kém phương án tốt nhất ${range} người-năm (${proof}).` : `The plan is ${range} person-years behind the best (${proof}).`;
}

/** "Không lộ trình nào vượt 1.347.289 người-năm (cách 0,4 %)." */
export function boundText({ bound_person_years, gap }: Best, language: Language): string {
  const [bound, away] = [yearsText(bound_person_years, language), shareText(gap, language)];
  return language === "vi" ? `Không lộ trình nào trong các điều kiện này vượt ${bound} người-năm; phương án tốt nhất cách mức đó ${away}.`
    : `No roadmap within these rules can exceed ${bound} person-years; the best plan is ${away} away from that.`;
}

/** "Cắt 20 % ngân sách: 3 dự án lùi hoặc bỏ, mất 91.652 người-năm." */
export function cutText({ cut }: Best, language: Language): string | null {
  if (!cut) return null;
  const [count, lost] = [numberText(cut.slips.length, language), yearsText(cut.lost_person_years, language)];
  const percent = shareText(cut.percent / 100, language).replace(/[.,]0(?=\D|$)/, "");
  const isFree = Math.round(cut.lost_person_years) === 0;
  if (language === "vi") {
    const price = isFree ? "không ai mất dịch vụ vì thế" : `mất ${lost} người-năm`;
    return cut.slips.length === 0 ? `Cắt ${percent} ngân sách: không dự án nào phải lùi hay bỏ.` : `Cắt ${percent} ngân sách: ${count} dự án lùi hoặc bỏ, ${price}.`;
  }
  if (cut.slips.length === 0) return `Cut by ${percent}: no project slips or is dropped.`;
  const price = isFree ? "nobody loses a service by it" : `${lost} person-years are lost`;
  return `Cut by ${percent}: ${count} ${cut.slips.length === 1 ? "project slips or is" : "projects slip or are"} dropped, and ${price}.`;
}
