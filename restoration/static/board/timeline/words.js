// What the timeline says, with the holes filled.
import { FIXED, PINNED } from "./scene.js";

export const ZOOMS_BY_KEY = { 1: 1, 2: 7, 3: 28, 4: 91 };

const language = document.documentElement.lang || "en";
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const day = { weekday: "short", day: "numeric", month: "short" };

export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

function written(board, minute, format) {
  const timeZone = board.told.zone;
  return new Intl.DateTimeFormat(language, { ...format, timeZone }).format(minute * 60000);
}

export function whenOf(board, bar) {
  const from = written(board, bar.from, { ...day, ...clock });
  const sameDay = written(board, bar.from, day) === written(board, bar.to, day);
  return { from, to: written(board, bar.to, sameDay ? clock : { ...day, ...clock }) };
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
