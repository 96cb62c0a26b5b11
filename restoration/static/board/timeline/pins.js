// A bar is taken and held elsewhere: by mouse, by a long press of a finger, by Shift and
// the arrows, or by the form.
// What was let fall stays drawn, and remembered, until the house has answered.
import { remember, remembered } from "./board.js";
import { DAY, FIXED } from "./scene.js";
import { carriedOf, nameOf } from "./words.js";

const FAR = 5;
// A finger that rests so long takes the bar; one that moves before pans the plan.
const LONG_PRESS_MS = 450;
const FAR_OF_A_FINGER = 10;
// A finger that let a bar fall may click after it, or not.
const CLICK_MS = 350;
const STEPS = [15, 30, 60, 240, 1440];
const LEAST_STEP_PX = 7;
// What one press of a key moves a bar by: the hand sees no minutes, the ear hears them.
const STRIDES = { 1: 15, 7: 60, 28: 240, 91: DAY };
const OPEN = 0;
const KEPT_MS = 24 * 3600 * 1000;

// Whole days keep their hour; less leads to the next line of its grid.
function stridden(from, steps, stride) {
  if (stride === DAY) return from + steps * DAY;
  const at = from / stride + steps;
  return (steps > 0 ? Math.floor(at) : Math.ceil(at)) * stride;
}

export class Pins {
  constructor(board, under, { address, ask, say, card, retry }) {
    Object.assign(this, { board, under, address, ask, say, card, retry });
    board.canvas.addEventListener("pointerdown", (event) => this.press(event));
    board.canvas.addEventListener("pointermove", (event) => this.drag(event));
    board.canvas.addEventListener("pointerup", (event) => this.drop(event));
    board.canvas.addEventListener("pointercancel", () => (board.dragging ? this.forget() : this.unpress()));
    // While a bar is carried the page does not pan below it.
    board.canvas.addEventListener("touchmove", (event) => {
      if (board.dragging) event.preventDefault();
    }, { passive: false });
    board.canvas.addEventListener("contextmenu", (event) => {
      if (this.pressed?.isTouch) event.preventDefault();
    });
    document.addEventListener("pinned", () => this.forget());
    card.addEventListener("click", (event) => {
      if (event.target.closest("[data-let-go]")) this.letGo();
      if (event.target.closest("[data-retry]")) this.propose();
    });
    for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      card.addEventListener(kind, (event) => this.unanswered(event));
    }
  }

  movable(bar) {
    return bar && !(bar.flags & FIXED) && bar.state === this.board.scene.states[OPEN];
  }

  // A step of time that the hand can tell apart.
  get step() {
    return STEPS.find((step) => step * this.board.scale >= LEAST_STEP_PX) ?? STEPS.at(-1);
  }

  ghostOf(bar) {
    return {
      bar, row: bar.row, from: bar.from, to: bar.to, title: bar.title,
      unable: this.board.scene.rows.filter((row) => !this.fits(bar, row)),
    };
  }

  fits(bar, row) {
    if (this.board.scene.by === "car") return row === bar.row;
    return row === bar.row || bar.needs.some((need) => row.able.has(need));
  }

  // --- By mouse -------------------------------------------------------------------------
  press(event) {
    // A second finger pinches.
    if (!event.isPrimary && !this.board.dragging) this.unpress();
    if (event.button !== 0 || !event.isPrimary) return;
    const { bar } = this.under(event);
    if (!this.movable(bar)) return;
    const isTouch = event.pointerType === "touch";
    this.pressed = { bar, x: event.clientX, y: event.clientY, id: event.pointerId, isTouch };
    if (isTouch) this.pressed.timer = setTimeout(() => this.lift(), LONG_PRESS_MS);
  }

  unpress() {
    clearTimeout(this.pressed?.timer);
    this.pressed = null;
  }

  lift() {
    const { pressed, board } = this;
    board.dragging = true;
    board.tip.hidden = true;
    board.canvas.setPointerCapture(pressed.id);
    board.canvas.style.cursor = "grabbing";
    board.ghost = this.ghostOf(pressed.bar);
    board.choose(pressed.bar, { quietly: true });
    board.later();
    if (pressed.isTouch) navigator.vibrate?.(20);
  }

  drag(event) {
    const { pressed, board } = this;
    if (!pressed) return;
    const far = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y);
    if (!board.dragging && pressed.isTouch) {
      if (far > FAR_OF_A_FINGER) this.unpress();
      return;
    }
    if (!board.dragging && far < FAR) return;
    if (!board.dragging) this.lift();
    const moved = (event.clientX - pressed.x) / board.scale;
    const { row } = this.under(event);
    this.place(pressed.bar.from + moved, row && this.fits(pressed.bar, row) ? row : board.ghost.row);
  }

  place(from, row) {
    this.put(Math.round(from / this.step) * this.step, row);
  }

  put(from, row) {
    const { ghost } = this.board;
    const long = ghost.bar.to - ghost.bar.from;
    ghost.from = from;
    ghost.to = ghost.from + long;
    ghost.row = row;
    this.board.later();
  }

  drop() {
    const { board } = this;
    const isTouch = this.pressed?.isTouch;
    this.unpress();
    if (!board.dragging) return;
    board.dragging = false;
    board.dragged = true;
    if (isTouch) setTimeout(() => (board.dragged = false), CLICK_MS);
    board.canvas.style.cursor = "";
    const { bar, row, from } = board.ghost;
    // A finger that only rested carries nothing.
    if (isTouch && row === bar.row && from === bar.from) this.forget();
    else this.propose();
  }

  // --- By keys --------------------------------------------------------------------------
  nudge(steps, rows, stride = STRIDES[this.board.days] ?? DAY) {
    const { board } = this;
    const bar = board.chosen;
    if (!this.movable(bar)) return false;
    board.ghost ??= this.ghostOf(bar);
    const able = board.scene.rows.filter((row) => this.fits(bar, row));
    const at = able.indexOf(board.ghost.row) + rows;
    const from = stridden(board.ghost.from, steps, stride);
    // A press leads over the night to the next hours, not into it.
    this.put(steps ? board.scene.opened(from, steps, stride) : board.ghost.from, able[Math.min(Math.max(at, 0), able.length - 1)]);
    board.show({ ...board.ghost });
    this.say(carriedOf(board, board.ghost));
    return true;
  }

  // --- To the house and back ------------------------------------------------------------
  wish() {
    const { board } = this;
    const { bar, row, from } = board.ghost;
    const asked = new URLSearchParams({ at: from });
    if (row !== bar.row && board.scene.by === "bay") asked.set("bay", row.id);
    if (row !== bar.row && board.scene.by === "technician") {
      const others = [...board.scene.bars.values()].filter((each) => each.id === bar.id && each !== bar);
      for (const id of [row.id, ...others.map((each) => each.row.id)]) asked.append("technician", id);
    }
    return asked;
  }

  async propose({ focus = "" } = {}) {
    const { board } = this;
    if (!board.ghost) return;
    const { bar, row, from, to } = board.ghost;
    remember("pin", JSON.stringify({ key: bar.key, row: row.id, from, to, by: board.scene.by, kept: Date.now() }));
    board.root.dataset.ghost = bar.card;
    const came = await this.ask(`${this.address.replace("0", bar.card)}?${this.wish()}`, { focus });
    if (!came) this.unanswered();
    const back = this.card.querySelector("[data-let-go]");
    if (back) back.hidden = false;
  }

  unanswered(event) {
    // A refusal is an answer.
    const status = event?.detail?.xhr?.status ?? 0;
    if (status >= 400 && status < 500) return;
    if (!this.board.ghost && !event?.target.closest("[data-pin]")) return;
    if (this.card.querySelector("[data-not-answered]")) return;
    const place = this.card.querySelector("[data-told]");
    place.prepend(this.retry.content.firstElementChild.cloneNode(true));
    if (this.card.querySelector("[data-pin]")) place.querySelector("[data-retry]").hidden = true;
  }

  letGo() {
    this.forget();
    this.card.querySelector("[data-told]").replaceChildren();
    this.board.root.focus({ preventScroll: true });
  }

  forget() {
    if (this.board.ghost) this.say(nameOf(this.board, this.board.ghost.bar));
    remember("pin", null);
    this.unpress();
    this.board.dragging = false;
    this.board.ghost = null;
    delete this.board.root.dataset.ghost;
    this.board.later();
  }

  // What was let fall before the page was left is there again.
  restore() {
    const kept = JSON.parse(remembered("pin") ?? "null");
    if (!kept || kept.by !== this.board.scene.by || Date.now() - kept.kept > KEPT_MS) return;
    const bar = this.board.scene.bars.get(kept.key);
    const row = this.board.scene.rowOf.get(kept.row);
    if (!this.movable(bar) || !row) return;
    this.board.ghost = { ...this.ghostOf(bar), row, from: kept.from, to: kept.to };
    this.board.choose(bar, { quietly: true });
    this.propose();
  }
}
