// What the timeline says, with the holes filled.
import { FIXED, PINNED } from "./scene.js";

export const ZOOMS_BY_KEY = { 1: 1, 2: 7, 3: 28, 4: 91 };

const language = document.documentElement.lang || "en";
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = { weekday: "short", day: "numeric", month: "short" };
const dated = { ...day, year: "numeric" };

export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

function parts(board, minute, format) {
  const timeZone = board.told.zone;
  const found = new Intl.DateTimeFormat(language, { ...format, timeZone }).formatToParts(minute * 60000);
  return Object.fromEntries(found.map(({ type, value }) => [type, value]));
}

// As the house writes them: Sat 21 Nov 2026, 2026年11月21日（土）.
function dayText(board, minute, format) {
  const { weekday, day: number, month, year } = parts(board, minute, format);
  if (language.startsWith("ja")) {
    return `${year ? `${year}年` : ""}${month.replace("月", "")}月${number}日（${weekday}）`;
  }
  return [weekday, number, month, year].filter(Boolean).join(" ");
}

function timeText(board, minute) {
  const { hour, minute: rest } = parts(board, minute, clock);
  return `${hour}:${rest}`;
}

export function whenOf(board, bar) {
  const [first, last] = [dayText(board, bar.from, day), dayText(board, bar.to, day)];
  const gap = language.startsWith("ja") ? " " : ", ";
  const [from, to] = [timeText(board, bar.from), timeText(board, bar.to)];
  return { from: `${first}${gap}${from}`, to: first === last ? to : `${last}${gap}${to}` };
}

export function rangeText(board, from, to) {
  const [first, last] = [dayText(board, from, dated), dayText(board, to - 1, dated)];
  return first === last ? first : `${first} – ${last}`;
}

// Where a bar is carried to. When it would end there, the house knows.
export function carriedOf(board, { bar, row, from, to }) {
  return filled(board.words.carried, {
    title: bar.title,
    car: bar.car?.number ?? "",
    row: row.label,
    from: whenOf(board, { from, to }).from,
  });
}

export function nameOf(board, bar) {
  const { words } = board;
  const marks = [
    bar.flags & PINNED ? words.pinned : "",
    bar.flags & FIXED ? words.fixed : "",
    ...[...board.scene.parts.values()]
      .filter((part) => part.card === bar.card)
      .map((part) => filled(words.part, { part: part.name, day: part.day })),
  ];
  const said = filled(words.bar, {
    title: bar.title,
    car: bar.car?.number ?? "",
    row: bar.row.label,
    ...whenOf(board, bar),
    state: bar.state.word,
    risk: bar.car?.risk.word ?? "",
  });
  return [said, ...marks.filter(Boolean)].join(" · ");
}
