/** Words of new roads and of speeds in the two languages. */

import type { Language, Text } from "../language";

export const WAYS = {
  draw: { vi: "Bấm lên bản đồ để đặt từng đỉnh; nhấn Enter hoặc bấm đúp để kết thúc. Hai đầu phải nằm trên đường, cách nhiều nhất 30 m. Với bàn phím: đưa bản đồ đến nơi, phím cách đặt đỉnh ở giữa, Backspace bỏ đỉnh cuối, Esc thôi vẽ.",
    en: "Press the map for each vertex; Enter or a double click ends the road. Both ends have to be at a road, at most 30 m off. By keyboard: bring the map there, Space puts a vertex in the middle, Backspace takes the last one back, Esc gives up." },
  far: { vi: "Phóng to thêm để đặt đầu đường đúng vào đường đã có.", en: "Zoom in further, so that the ends meet the roads that are there." },
  onRoad: { vi: "Nối vào", en: "Joins" },
  aRoad: { vi: "một con đường", en: "a road" },
  offRoad: { vi: "Chưa chạm đường nào", en: "At no road yet" },
  vertices: { vi: "đỉnh", en: "vertices" },
  vertex: { vi: "đỉnh", en: "vertex" },
  done: { vi: "Xong", en: "Done" },
  lastBack: { vi: "Bỏ đỉnh cuối", en: "Take the last vertex back" },
  giveUp: { vi: "Thôi vẽ", en: "Give up" },
  byCoordinates: { vi: "Đặt đỉnh theo toạ độ (vĩ độ, kinh độ)", en: "Vertex by coordinates (latitude, longitude)" },
  put: { vi: "Đặt", en: "Put" },
  roadClass: { vi: "Cấp đường", en: "Class" },
  crossing: { vi: "Khi cắt đường khác", en: "Crossings" },
  bridge: { vi: "Cầu: chỉ nối ở hai đầu", en: "Bridge: joins at its ends" },
  ground: { vi: "Mặt đất: nối mọi đường nó cắt", en: "Ground: joins all it crosses" },
  level: { vi: "Tầng", en: "Level" },
  kmh: { vi: "Tốc độ, km/h", en: "Speed, km/h" },
  ofClass: { vi: "theo cấp", en: "of its class" },
  takeAway: { vi: "Bỏ đường này", en: "Take this road away" },
  long: { vi: "Dài", en: "Length" },
  signedOnly: { vi: "Đường mới, và tốc độ của riêng một con đường, chỉ tính được khi đã đăng nhập.", en: "New roads, and the speed of a single road, are computed for those who have signed in." },
  signIn: { vi: "Đăng nhập", en: "Sign in" },
  speeds: { vi: "Tốc độ theo cấp đường, km/h", en: "Speeds by class of road, km/h" },
  speedsHint: { vi: "Để trống là như cũ. Bấm một con đường trên bản đồ (phóng to) để đặt tốc độ cho riêng nó. Người đi bộ, đi xe đạp chỉ có thể chậm đi.",
    en: "Empty is as it was. Press a road on the map (zoomed in) to give it a speed of its own. Who walks or cycles is only made slower." },
  asBefore: { vi: "như cũ", en: "as it was" },
  oneRoad: { vi: "Đoạn đường", en: "Road" },
} satisfies Record<string, Text>;

export function say(key: keyof typeof WAYS, language: Language): string {
  return WAYS[key][language];
}
