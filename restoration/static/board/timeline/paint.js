// Draws a scene on a canvas. All colours are the house's tokens.
import { DAY, FIXED, PINNED } from "./scene.js";

export const HEAD = 44;
const LANE = 26;
const PAD = 6;
const MOST_CUTS = 20000;
const LEAST_TEXT = 34;
const LEAST_MARK = 16;
const SERIES = 8;
const NAMES = ["n-1", "n-2", "n-3", "n-4", "n-5", "n-6", "n-7", "n-9", "raised", "action", "action-soft", "on-action"];
const KINDS = ["waiting", "ready", "running", "blocked", "done"];

export function readColours(element) {
  const style = getComputedStyle(element);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  const colours = { series: [], kind: {}, soft: {}, font: style.fontFamily };
  for (const name of NAMES) colours[name] = value(name);
  for (const kind of KINDS) {
    colours.kind[kind] = value(kind);
    colours.soft[kind] = value(`${kind}-soft`);
  }
  for (let k = 1; k <= SERIES; k += 1) colours.series.push(value(`series-${k}`));
  return colours;
}

// Where each row lies, from above.
export function layRows(scene) {
  let top = 0;
  for (const row of scene.rows) {
    row.top = top;
    row.height = Math.max(1, row.lanes.length) * LANE + PAD;
    top += row.height;
  }
  return top;
}

export class Painter {
  constructor(canvas, scene, words) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.scene = scene;
    this.words = words;
    this.cuts = new Map();
    this.recolour();
  }

  recolour() {
    this.colours = readColours(this.canvas.parentElement);
    this.cuts.clear();
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  // view: minute at the left edge of the bars, pixels per minute, top, gutter; and what
  // is chosen: bar, car, chain, ghost, colouring.
  draw(view) {
    this.view = view;
    this.from = view.left;
    this.to = view.left + (this.width - view.gutter) / view.scale;
    const { context, colours } = this;
    context.font = `13px ${colours.font}`;
    context.textBaseline = "middle";
    context.fillStyle = colours.raised;
    context.fillRect(0, 0, this.width, this.height);
    const rows = this.scene.rows.filter((row) => this.y(row) + row.height > HEAD && this.y(row) < this.height);
    this.closed();
    this.lines(rows);
    this.absent(rows);
    let count = 0;
    for (const row of rows) {
      for (const bar of this.scene.within(row, this.from, this.to)) {
        this.bar(bar);
        count += 1;
      }
    }
    this.arrivals(rows);
    this.chain();
    this.ghost();
    this.head();
    this.now();
    this.gutter(rows);
    return count;
  }

  x(minute) { return this.view.gutter + (minute - this.view.left) * this.view.scale; }

  y(row) { return HEAD + row.top - this.view.top; }

  box(bar, row = bar.row) {
    const x = this.x(bar.from);
    const width = Math.max(2, (bar.to - bar.from) * this.view.scale - 1);
    return { x, y: this.y(row) + PAD / 2 + bar.lane * LANE + 2, width, height: LANE - 4 };
  }

  // Nights where days are wide enough to tell them apart, else whole closed days.
  closed() {
    const { context, colours, scene, view } = this;
    context.fillStyle = colours["n-3"];
    const spans = scene.open;
    if (DAY * view.scale >= 48) {
      let before = this.from;
      for (const [from, to] of [...spans, [this.to, this.to]]) {
        if (to < this.from || before >= this.to) continue;
        // A short pause is no closed time.
        if (from - before >= 90) this.shade(before, from);
        before = Math.max(before, to);
      }
      return;
    }
    for (const [start] of scene.sortedDays) {
      if (start + DAY < this.from || start > this.to) continue;
      if (!spans.some(([from, to]) => from < start + DAY && to > start)) this.shade(start, start + DAY);
    }
  }

  shade(from, to) {
    this.context.globalAlpha = 0.55;
    this.context.fillRect(this.x(from), HEAD, (to - from) * this.view.scale, this.height - HEAD);
    this.context.globalAlpha = 1;
  }

  lines(rows) {
    const { context, colours, scene, view } = this;
    context.fillStyle = colours["n-3"];
    const wide = DAY * view.scale;
    for (const [start, , , , week] of scene.sortedDays) {
      if (start < this.from || start > this.to) continue;
      if (wide < 18 && !week) continue;
      context.fillStyle = week ? colours["n-4"] : colours["n-3"];
      context.fillRect(Math.round(this.x(start)), HEAD, 1, this.height - HEAD);
    }
    context.fillStyle = colours["n-3"];
    for (const row of rows) context.fillRect(0, this.y(row) + row.height - 1, this.width, 1);
  }

  absent(rows) {
    const { context, colours } = this;
    const shown = new Map(rows.map((row) => [row.id, row]));
    for (const [owner, from, to] of this.scene.away) {
      const row = shown.get(owner);
      if (!row || to < this.from || from > this.to) continue;
      const left = Math.max(this.x(from), this.view.gutter);
      const right = Math.min(this.x(to), this.width);
      context.save();
      context.beginPath();
      context.rect(left, this.y(row), right - left, row.height - 1);
      context.clip();
      context.strokeStyle = colours["n-4"];
      context.beginPath();
      for (let x = left - row.height; x < right; x += 8) {
        context.moveTo(x, this.y(row) + row.height);
        context.lineTo(x + row.height, this.y(row));
      }
      context.stroke();
      context.restore();
    }
  }

  shadeOf(bar) {
    const { colours, view } = this;
    if (view.colouring === "car") {
      return { line: colours.series[(bar.car?.index ?? 0) % SERIES], soft: null };
    }
    const kind = (view.colouring === "risk" ? bar.car?.risk : bar.state)?.kind ?? "waiting";
    return { line: colours.kind[kind], soft: colours.soft[kind], kind };
  }

  bar(bar) {
    const { context, colours, view } = this;
    const { x, y, width, height } = this.box(bar);
    const { line, soft, kind } = this.shadeOf(bar);
    const isFaint = view.car && bar.car !== view.car && !view.chain?.has(bar.id);
    const isChosen = view.chosen === bar;
    context.globalAlpha = isFaint ? 0.28 : 1;
    context.fillStyle = colours.raised;
    context.fillRect(x, y, width, height);
    if (soft) {
      context.fillStyle = soft;
    } else {
      context.fillStyle = line;
      context.globalAlpha *= 0.2;
    }
    context.fillRect(x, y, width, height);
    context.globalAlpha = isFaint ? 0.28 : 1;
    context.fillStyle = line;
    context.fillRect(x, y, Math.min(bar.flags & FIXED ? 5 : 3, width), height);
    if (width > 3) {
      context.lineWidth = 1;
      context.strokeStyle = line;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    }
    this.inside(bar, kind, line, { x, y, width, height });
    context.globalAlpha = 1;
    if (isChosen || view.chain?.has(bar.id)) {
      context.strokeStyle = isChosen ? colours.action : colours["n-9"];
      context.lineWidth = isChosen ? 2.5 : 1.5;
      context.strokeRect(x - 1, y - 1, width + 2, height + 2);
    }
  }

  inside(bar, kind, line, { x, y, width, height }) {
    const { context, colours } = this;
    let left = Math.max(x, this.view.gutter) + 7;
    const right = x + width - 3;
    const middle = y + height / 2;
    if (bar.flags & PINNED && width >= 8) this.pin(x + width - 4, y, line);
    if (kind && right - left >= LEAST_MARK - 7) {
      this.mark(kind, left + 4, middle, line);
      left += 13;
    }
    if (right - left < LEAST_TEXT - 7) return;
    context.fillStyle = colours["n-9"];
    context.fillText(this.named(bar, right - left), left, middle + 0.5);
  }

  // The five shapes of the states, as in the sprite.
  mark(kind, x, y, colour) {
    const { context } = this;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = kind === "ready" ? 2.5 : 1.5;
    context.beginPath();
    if (kind === "blocked") {
      context.fillRect(x - 4, y - 4, 8, 8);
    } else if (kind === "done") {
      context.lineWidth = 2;
      context.moveTo(x - 4, y);
      context.lineTo(x - 1, y + 3);
      context.lineTo(x + 4, y - 4);
      context.stroke();
    } else {
      context.arc(x, y, 3.5, 0, 2 * Math.PI);
      if (kind === "running") context.fill();
      else context.stroke();
    }
  }

  pin(x, y, colour) {
    const { context } = this;
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(x - 7, y);
    context.lineTo(x + 4, y);
    context.lineTo(x + 4, y + 11);
    context.fill();
  }

  // The car's number and the work; half a number would be another car's.
  named(bar, room) {
    if (this.scene.by === "car") return this.cut(bar.title, room);
    const number = bar.car?.short ?? "";
    const found = this.cut(`${number} ${bar.title}`, room);
    if (found.length > number.length + 2) return found;
    return this.cut(number, room) === number ? number : "";
  }

  // What of a text fits. Begins at a guess; dots after a space would come from another
  // font, at half height. Who scrolls makes new widths all the time: not all are kept.
  cut(text, room) {
    const key = `${Math.floor(room)} ${text}`;
    let found = this.cuts.get(key);
    if (found === undefined) {
      if (this.cuts.size > MOST_CUTS) this.cuts.clear();
      found = this.fitting(text, room);
      this.cuts.set(key, found);
    }
    return found;
  }

  fitting(text, room) {
    const width = this.context.measureText(text).width;
    if (width <= room) return text;
    for (let kept = Math.floor((text.length * (room - 6)) / width); kept > 0; kept -= 1) {
      const found = `${text.slice(0, kept).trimEnd()}…`;
      if (this.context.measureText(found).width <= room) return found;
    }
    return "";
  }

  // A diamond where a part comes, with a line to the work that waits for it.
  arrivals(rows) {
    const { context, colours, view } = this;
    const shown = new Set(rows);
    for (const part of this.scene.parts.values()) {
      const bar = this.scene.cardBars.get(part.card);
      if (!bar || !shown.has(bar.row)) continue;
      if (view.car && bar.car !== view.car) continue;
      const box = this.box(bar);
      const x = this.x(part.at);
      if (Math.max(x, box.x) < view.gutter || Math.min(x, box.x) > this.width) continue;
      const y = box.y + box.height / 2;
      context.strokeStyle = colours["n-7"];
      context.lineWidth = 1;
      if (box.x > x) {
        context.setLineDash([2, 3]);
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(box.x, y);
        context.stroke();
        context.setLineDash([]);
      }
      context.fillStyle = colours["n-7"];
      context.beginPath();
      context.moveTo(x, y - 6);
      context.lineTo(x + 6, y);
      context.lineTo(x, y + 6);
      context.lineTo(x - 6, y);
      context.fill();
      context.strokeStyle = colours.raised;
      context.stroke();
    }
  }

  chain() {
    const { context, colours, view } = this;
    if (!view.chain?.size) return;
    const bars = [...view.chain].map((id) => this.scene.byId.get(id));
    context.strokeStyle = colours["n-9"];
    context.fillStyle = colours["n-9"];
    context.lineWidth = 1.5;
    for (let k = 1; k < bars.length; k += 1) {
      if (!bars[k - 1] || !bars[k]) continue;
      const a = this.box(bars[k - 1]);
      const b = this.box(bars[k]);
      const [x1, y1, x2, y2] = [a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2];
      const bend = Math.max(x1 + 4, x2 - 6);
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(bend, y1);
      context.lineTo(bend, y2);
      context.lineTo(x2, y2);
      context.stroke();
      context.beginPath();
      context.moveTo(x2, y2);
      context.lineTo(x2 - 6, y2 - 3.5);
      context.lineTo(x2 - 6, y2 + 3.5);
      context.fill();
    }
  }

  ghost() {
    const { context, colours, view } = this;
    const { ghost } = view;
    if (!ghost) return;
    for (const row of ghost.unable ?? []) {
      context.fillStyle = colours["n-3"];
      context.globalAlpha = 0.6;
      context.fillRect(view.gutter, this.y(row), this.width, row.height - 1);
      context.globalAlpha = 1;
    }
    const { x, y, width, height } = this.box({ ...ghost, lane: 0 }, ghost.row);
    context.fillStyle = colours["action-soft"];
    context.fillRect(x, y, width, height);
    context.strokeStyle = colours.action;
    context.lineWidth = 2;
    context.setLineDash([5, 3]);
    context.strokeRect(x, y, width, height);
    context.setLineDash([]);
    if (width > LEAST_TEXT) {
      context.fillStyle = colours["n-9"];
      context.fillText(this.cut(ghost.title, width - 12), x + 6, y + height / 2);
    }
  }

  now() {
    const { context, colours, view } = this;
    const x = Math.round(this.x(view.now));
    if (x < view.gutter || x > this.width) return;
    context.fillStyle = colours.action;
    context.fillRect(x, HEAD - 4, 2, this.height - HEAD + 4);
    context.beginPath();
    context.moveTo(x - 5, HEAD - 7);
    context.lineTo(x + 7, HEAD - 7);
    context.lineTo(x + 1, HEAD);
    context.fill();
  }

  head() {
    const { context, colours, scene, view } = this;
    context.fillStyle = colours["n-2"];
    context.fillRect(0, 0, this.width, HEAD);
    context.fillStyle = colours["n-4"];
    context.fillRect(0, HEAD - 1, this.width, 1);
    const wide = DAY * view.scale;
    let month = "";
    let edge = -Infinity;
    for (const [start, name, number, monthName, week] of scene.sortedDays) {
      const x = this.x(start);
      if (x + wide < view.gutter || x > this.width) continue;
      if (monthName !== month) {
        month = monthName;
        const at = Math.max(x, view.gutter) + 6;
        if (at > edge) {
          context.fillStyle = colours["n-9"];
          context.font = `600 13px ${colours.font}`;
          context.fillText(monthName, at, 11);
          edge = at + context.measureText(monthName).width + 12;
          context.font = `13px ${colours.font}`;
        }
      }
      const text = wide >= 52 ? name : wide >= 18 ? String(number) : week ? this.words.week.replace("{number}", week) : "";
      if (text) {
        context.fillStyle = colours["n-7"];
        context.fillText(text, Math.max(x, wide >= 200 ? view.gutter : x) + 5, 27);
      }
      if (wide >= 500) this.hours(start);
    }
  }

  hours(start) {
    const { context, colours, view } = this;
    const step = 60 * view.scale >= 40 ? 1 : 3;
    context.fillStyle = colours["n-6"];
    for (let hour = step; hour < 24; hour += step) {
      const x = this.x(start + hour * 60);
      if (x < view.gutter || x > this.width - 12 || hour < 3) continue;
      context.fillText(String(hour), x - 4, 27);
      context.fillRect(x, HEAD - 10, 1, 9);
    }
  }

  gutter(rows) {
    const { context, colours, view } = this;
    context.fillStyle = colours.raised;
    context.fillRect(0, HEAD, view.gutter, this.height);
    context.fillStyle = colours["n-2"];
    context.fillRect(0, 0, view.gutter, HEAD - 1);
    context.fillStyle = colours["n-4"];
    context.fillRect(view.gutter - 1, 0, 1, this.height);
    for (const row of rows) {
      const y = this.y(row);
      context.fillStyle = colours["n-3"];
      context.fillRect(0, y + row.height - 1, view.gutter, 1);
      if (y + LANE / 2 < HEAD) continue;
      context.fillStyle = colours["n-9"];
      const label = this.cut(row.label, view.gutter - 20);
      context.fillText(label, 10, y + (LANE + PAD) / 2);
      const used = 10 + context.measureText(label).width + 8;
      if (row.note && view.gutter - used > 50) {
        context.fillStyle = colours["n-6"];
        context.fillText(this.cut(row.note, view.gutter - used - 8), used, y + (LANE + PAD) / 2);
      }
    }
    context.fillStyle = colours["n-2"];
    context.fillRect(0, 0, view.gutter - 1, HEAD - 1);
  }

  // What lies under a point: a bar, and the row.
  at(x, y) {
    const row = this.scene.rows.find((each) => this.y(each) <= y && y < this.y(each) + each.height);
    if (!row || y < HEAD) return { row: null, bar: null, minute: 0 };
    const minute = this.view.left + (x - this.view.gutter) / this.view.scale;
    if (x < this.view.gutter) return { row, bar: null, minute };
    const reach = 3 / this.view.scale;
    let found = null;
    for (const bar of this.scene.within(row, minute - reach, minute + reach)) {
      const box = this.box(bar);
      if (y >= box.y - 2 && y <= box.y + box.height + 2) found = bar;
    }
    return { row, bar: found, minute };
  }
}
