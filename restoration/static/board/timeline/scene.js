// What is drawn: rows, bars, days. Knows minutes since 1970 and nothing of the screen.

export const FIXED = 1;
export const PINNED = 2;
export const DAY = 1440;

const compareStarts = (a, b) => a.from - b.from || a.to - b.to || a.id - b.id;

// The first place in a sorted list whose end lies after a minute.
function firstAfter(bars, minute) {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bars[middle].to <= minute) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Scene {
  constructor(frame) {
    this.run = frame.run;
    this.by = frame.by;
    this.states = frame.states.map(([kind, word]) => ({ kind, word }));
    this.risks = frame.risks.map(([kind, word]) => ({ kind, word }));
    this.rows = frame.rows.map(([id, label, note, able], index) => ({
      id, label, note, index, able: new Set(able), lanes: [], bars: [], top: 0, height: 0,
    }));
    this.rowOf = new Map(this.rows.map((row) => [row.id, row]));
    this.cars = new Map(frame.cars.map(([id, number, name, risk, promised], index) => [
      id, { id, number, name, promised, index, risk: this.risks[risk], short: number.split("-").pop() },
    ]));
    this.bars = new Map();
    this.days = new Map();
    this.open = [];
    this.away = [];
    this.parts = new Map();
    this.lay();
  }

  // Adds some weeks; what lies in two of them is kept once.
  take(chunk) {
    const known = new Set();
    for (const row of chunk.bars) {
      const [id, owner, from, to, card, title, state, car, flags, needs] = row;
      const line = this.rowOf.get(owner);
      const key = `${id}:${owner}`;
      known.add(card);
      if (!line || this.bars.has(key)) continue;
      const bar = {
        key, id, from, to, card, flags, row: line, lane: 0,
        title: chunk.titles[title],
        state: this.states[state],
        car: this.cars.get(car),
        needs: chunk.needs[needs],
      };
      this.bars.set(key, bar);
      line.bars.push(bar);
    }
    for (const day of chunk.days) this.days.set(day[0], day);
    this.open = merged(this.open, chunk.open);
    this.away.push(...chunk.away);
    for (const [card, at, day, name] of chunk.parts) {
      this.parts.set(`${card}:${at}:${name}`, { card, at, day, name });
    }
    this.lay();
  }

  // Bars of one row that overlap lie below each other.
  lay() {
    this.cardBars = new Map();
    this.byId = new Map();
    for (const row of this.rows) {
      row.bars.sort(compareStarts);
      row.lanes = [];
      for (const bar of row.bars) {
        let lane = row.lanes.findIndex((each) => each.at(-1).to <= bar.from);
        if (lane < 0) lane = row.lanes.push([]) - 1;
        row.lanes[lane].push(bar);
        bar.lane = lane;
        if (!this.cardBars.has(bar.card)) this.cardBars.set(bar.card, bar);
        if (!this.byId.has(bar.id)) this.byId.set(bar.id, bar);
      }
    }
    this.sortedDays = [...this.days.values()].sort((a, b) => a[0] - b[0]);
  }

  *within(row, from, to) {
    for (const lane of row.lanes) {
      for (let k = firstAfter(lane, from); k < lane.length && lane[k].from < to; k += 1) yield lane[k];
    }
  }

  barsOf(carId) {
    return [...this.bars.values()].filter((bar) => bar.car?.id === carId).sort(compareStarts);
  }

  // A time as it is, or the next before or after it at which the house is open.
  opened(at, steps, step) {
    if (this.open.some(([from, to]) => from <= at && at < to)) return at;
    if (steps > 0) return this.open.find(([from]) => from > at)?.[0] ?? at;
    const before = this.open.findLast(([, to]) => to <= at);
    return before ? Math.max(before[0], before[1] - step) : at;
  }

  carCalled(text) {
    const wanted = text.normalize("NFKC").trim().toLowerCase();
    if (!wanted) return null;
    const cars = [...this.cars.values()];
    const named = (car) => `${car.number} ${car.name}`.toLowerCase();
    return cars.find((car) => car.number.toLowerCase() === wanted)
      ?? cars.find((car) => named(car).includes(wanted)) ?? null;
  }

  // The next bar beside one in its row, or the nearest in time in the row above or below.
  beside(bar, step) {
    return bar.row.bars[bar.row.bars.indexOf(bar) + step] ?? null;
  }

  acrossFrom(bar, step) {
    for (let k = bar.row.index + step; k >= 0 && k < this.rows.length; k += step) {
      const found = this.nearest(this.rows[k], bar.from);
      if (found) return found;
    }
    return null;
  }

  nearest(row, minute) {
    let best = null;
    for (const bar of row.bars) {
      const far = bar.from <= minute && minute < bar.to ? 0 : Math.abs(bar.from - minute);
      if (!best || far < best.far) best = { bar, far };
    }
    return best?.bar ?? null;
  }
}

function merged(first, second) {
  const all = [...first, ...second].sort((a, b) => a[0] - b[0]);
  const out = [];
  for (const [from, to] of all) {
    if (out.length && from <= out.at(-1)[1]) out.at(-1)[1] = Math.max(out.at(-1)[1], to);
    else out.push([from, to]);
  }
  return out;
}
