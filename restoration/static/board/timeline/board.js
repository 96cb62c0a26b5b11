// The timeline of the plan: scrolls, zooms, is led by keys and mouse. The table below
// it says the same in words.
import { Painter, HEAD, layRows } from "./paint.js";
import { DAY, Scene } from "./scene.js";

const CHUNKS_BEFORE = 1;
const CHUNKS_AFTER = 7;
const RETRY_MS = 4000;
const ZOOMS = [1, 7, 28, 91];
const NARROW = 700;

export class Board {
  constructor(root, told) {
    this.root = root;
    this.told = told;
    this.words = told.words;
    this.scroller = root.querySelector("[data-scroller]");
    this.spacer = root.querySelector("[data-spacer]");
    this.canvas = root.querySelector("canvas");
    this.tip = root.querySelector("[data-tip]");
    this.scene = new Scene(told.frame);
    this.painter = new Painter(this.canvas, this.scene, this.words);
    this.chunks = new Map();
    // The weeks without which the drawing shows nothing of what is looked at.
    this.awaited = 0;
    this.days = told.span;
    this.colouring = remembered("colouring") ?? "car";
    this.listeners = { choose: [], open: [], drawn: [], newer: [], renewed: [] };
    // A local midnight, read from the first chunk; until then the reader's own.
    this.first = new Date(`${told.first}T00:00`).getTime() / 60000;
    this.begins = this.first - CHUNKS_BEFORE * told.chunk * DAY;
    this.ends = this.first + CHUNKS_AFTER * told.chunk * DAY;
    this.watch();
    this.fit();
    this.lookAt(this.first);
  }

  on(name, act) { this.listeners[name].push(act); }

  tell(name, ...about) { for (const act of this.listeners[name]) act(...about); }

  watch() {
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.fit()).observe(this.scroller);
    const recolour = () => { this.painter.recolour(); this.later(); };
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    setInterval(() => this.later(), 60000);
  }

  // --- Sizes and places ---------------------------------------------------------------
  get isSeen() { return this.scroller.clientWidth > 0; }

  get gutter() { return this.scroller.clientWidth < NARROW ? 96 : 190; }

  get scale() { return Math.max(80, this.scroller.clientWidth - this.gutter) / (this.days * DAY); }

  get left() { return this.begins + this.scroller.scrollLeft / this.scale; }

  get middle() { return this.left + (this.days * DAY) / 2; }

  fit() {
    const middle = this.painter.width ? this.middle : this.first + (this.days * DAY) / 2;
    const height = layRows(this.scene) + HEAD;
    this.spacer.style.width = `${this.gutter + (this.ends - this.begins) * this.scale}px`;
    this.spacer.style.height = `${height}px`;
    this.scroller.style.height = `${height + this.scroller.offsetHeight - this.scroller.clientHeight}px`;
    this.painter.resize(this.scroller.clientWidth, this.scroller.clientHeight);
    this.lookAt(middle - (this.days * DAY) / 2);
  }

  lookAt(minute) {
    this.scroller.scrollLeft = (minute - this.begins) * this.scale;
    this.later();
  }

  zoom(days, around = this.middle) {
    this.days = days;
    const height = layRows(this.scene) + HEAD;
    this.spacer.style.width = `${this.gutter + (this.ends - this.begins) * this.scale}px`;
    this.spacer.style.height = `${height}px`;
    this.lookAt(around - (days * DAY) / 2);
    this.root.dispatchEvent(new CustomEvent("zoomed", { detail: days }));
  }

  zoomBy(step) {
    const at = ZOOMS.indexOf(this.days);
    const days = ZOOMS[Math.min(Math.max(at + step, 0), ZOOMS.length - 1)];
    if (days !== this.days) this.zoom(days, this.chosen ? this.chosen.from : this.middle);
  }

  show(bar) {
    const span = this.days * DAY;
    if (bar.to < this.left || bar.from > this.left + span * 0.95) this.lookAt(bar.from - span * 0.2);
    const top = bar.row.top - this.scroller.scrollTop;
    const room = this.scroller.clientHeight - HEAD - bar.row.height;
    if (top < 0) this.scroller.scrollTop = bar.row.top;
    else if (top > room) this.scroller.scrollTop = bar.row.top - room;
  }

  // --- Drawing ------------------------------------------------------------------------
  later() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      this.fetchShown();
    });
  }

  draw() {
    // On a phone there is the table alone.
    if (!this.isSeen) return;
    const count = this.painter.draw({
      left: this.left,
      scale: this.scale,
      top: this.scroller.scrollTop,
      gutter: this.gutter,
      now: Date.now() / 60000,
      colouring: this.colouring,
      chosen: this.chosen,
      car: this.car,
      chain: this.chainBars,
      ghost: this.ghost,
    });
    this.root.dataset.bars = count;
    this.tell("drawn");
  }

  // --- Bars come in weeks, as they are looked at ----------------------------------------
  fetchShown() {
    if (!this.isSeen) return;
    const span = this.days * DAY;
    const to = this.chunkAt(this.left + span * 1.25);
    for (let k = this.chunkAt(this.left - span / 4); k <= to; k += 1) {
      if (!this.chunks.has(k)) this.fetch(k);
    }
  }

  chunkAt(minute) {
    const number = Math.floor((minute - this.first) / (this.told.chunk * DAY));
    return Math.min(Math.max(number, -CHUNKS_BEFORE), CHUNKS_AFTER - 1);
  }

  async fetch(number) {
    this.chunks.set(number, "asked");
    const day = new Date(`${this.told.first}T00:00Z`);
    day.setUTCDate(day.getUTCDate() + number * this.told.chunk);
    const address = `${this.told.addresses.bars}&span=day&week=${day.toISOString().slice(0, 10)}`;
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const chunk = await answer.json();
      this.take(number, chunk);
    } catch {
      this.root.dispatchEvent(new CustomEvent("failed"));
      setTimeout(() => { this.chunks.delete(number); this.later(); }, RETRY_MS);
    }
  }

  take(number, chunk) {
    if (!chunk.days) return;
    // The workshop's own midnights, whatever the reader's clock says.
    if (number === 0 && !this.isSet) {
      this.isSet = true;
      const shift = chunk.days[0][0] - this.first;
      this.first += shift;
      this.begins += shift;
      this.ends += shift;
    }
    if (chunk.run !== this.scene.run) {
      if (chunk.run > this.scene.run) this.tell("newer");
      return;
    }
    this.chunks.set(number, "here");
    this.scene.take(chunk);
    this.fit();
    this.draw();
    // Ready is what was asked for first; its neighbours may come before it.
    if (this.isReady) this.root.dataset.ready = [...this.chunks.values()].filter((state) => state === "here").length;
    this.root.dispatchEvent(new CustomEvent("came"));
  }

  // The same drawing of a newer plan.
  renew(frame) {
    const chosen = this.chosen?.card;
    this.scene = this.painter.scene = new Scene(frame);
    this.ghost = null;
    this.choose(null, { quietly: true });
    if (this.car) this.car = this.scene.cars.get(this.car.id);
    this.chainBars = null;
    this.chunks.clear();
    this.awaited = this.chunkAt(this.middle);
    delete this.root.dataset.ready;
    this.root.dataset.run = frame.run;
    this.later();
    this.ready().then(() => {
      const bar = this.scene.cardBars.get(chosen);
      if (bar) this.choose(bar, { quietly: true });
      this.tell("renewed", bar ?? null);
    });
  }

  get isReady() { return this.chunks.get(this.awaited) === "here"; }

  ready() {
    if (this.isReady) return Promise.resolve();
    return new Promise((done) => {
      const look = () => {
        if (!this.isReady) return;
        this.root.removeEventListener("came", look);
        done();
      };
      this.root.addEventListener("came", look);
    });
  }

  // --- Choosing -------------------------------------------------------------------------
  choose(bar, { quietly = false } = {}) {
    this.chosen = bar;
    if (bar) this.show(bar);
    this.root.dataset.chosen = bar ? bar.id : "";
    this.later();
    if (!quietly) this.tell("choose", bar);
  }

  chooseFirst() {
    const from = this.left;
    const to = from + this.days * DAY;
    const seen = [...this.scene.rows].flatMap((row) => [...this.scene.within(row, from, to)].slice(0, 1));
    const fitting = seen.filter((bar) => !this.car || bar.car === this.car);
    this.choose(fitting[0] ?? seen[0] ?? null);
  }

  follow(car, chain) {
    this.car = car;
    this.chainBars = chain ? new Set(chain) : null;
    this.root.dataset.car = car ? car.number : "";
    this.root.dataset.chain = chain ? chain.length : "";
    this.later();
  }

  colour(by) {
    this.colouring = by;
    remember("colouring", by);
    this.later();
  }

  moveTo(bar) {
    if (bar) this.choose(bar);
    else this.root.dispatchEvent(new CustomEvent("nothing"));
  }
}

export function remembered(name) {
  try {
    return localStorage.getItem(`board-${name}`);
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(`board-${name}`);
    else localStorage.setItem(`board-${name}`, value);
  } catch {
    // It then lasts for this page.
  }
}
