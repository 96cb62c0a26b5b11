// The page of the plan: binds the timeline to what stands around it.
import { Board, remember, remembered } from "./timeline/board.js";
import { useKeys, useMouse } from "./timeline/hands.js";
import { Pins } from "./timeline/pins.js";
import { DAY } from "./timeline/scene.js";
import { filled, nameOf, rangeText } from "./timeline/words.js";

const drawingOf = (page) => JSON.parse(page.getElementById("plan-drawing").textContent);
const data = document.getElementById("plan-drawing");
const root = document.getElementById("plan-board");
const card = document.getElementById("plan-chosen");
const FIRST = "a, button, input:not([type=hidden])";
// What stands around the drawing and is of one plan.
const AROUND = ["plan-state", "plan-made", "plan-lines", "plan-runs"];
const SPANS = { day: 1, week: 7, month: 28, quarter: 91 };

const place = () => card.querySelector("[data-told]");

function say(text) {
  card.querySelector("[data-said]").textContent = text;
}

// A fragment of the house in the card below the drawing; false where none came.
async function tellOf(address, { focus = "" } = {}) {
  const told = place();
  told.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (answer.status >= 500) return false;
    told.innerHTML = await answer.text();
    window.htmx.process(told);
  } catch {
    return false;
  } finally {
    told.removeAttribute("aria-busy");
  }
  if (focus) (told.querySelector(focus) ?? told.querySelector(FIRST))?.focus();
  return true;
}

function begin(told) {
  const board = new Board(root, told);
  const { addresses, words } = told;
  const search = document.getElementById("plan-car");

  board.on("choose", (bar) => {
    say(bar ? nameOf(board, bar) : card.dataset.hint);
    if (!bar) place().replaceChildren();
  });
  board.on("open", (bar, { quietly = false } = {}) => tellOf(addresses.why.replace("0", bar.id), { focus: quietly ? "" : FIRST }));
  // What is told of a bar is of the plan in force, unless somebody is in the midst of it.
  board.on("renewed", (bar) => {
    if (!bar) return;
    say(nameOf(board, bar));
    const isRead = place().contains(document.activeElement);
    if (place().querySelector("[data-why]") && !isRead) tellOf(addresses.why.replace("0", bar.id));
  });
  root.addEventListener("nothing", () => say(words.none));
  root.addEventListener("failed", () => say(words.failed));

  async function follow(car) {
    board.follow(car, null);
    if (!car) return;
    search.value = car.number;
    tellOf(addresses.late.replace("0", car.number));
    const answer = await fetch(addresses.chain.replace("0", car.number), { credentials: "same-origin" });
    if (answer.ok && board.car === car) board.follow(car, (await answer.json()).bars);
  }

  // Jumps to a car's next work: what is over is in the past.
  function jump(text) {
    const car = board.scene.carCalled(text);
    if (!car) {
      say(words.nowhere);
      return;
    }
    const bars = board.scene.barsOf(car.id);
    const bar = bars.find((each) => each.to > Date.now() / 60000) ?? bars.at(-1);
    if (bar) board.choose(bar);
    else say(filled("{car} · {risk}", { car: car.number, risk: car.risk.word }));
    follow(car);
    root.focus({ preventScroll: true });
  }

  search.form.addEventListener("submit", (event) => {
    if (!board.isSeen) return;
    event.preventDefault();
    jump(search.value);
  });
  search.addEventListener("change", () => { if (!board.isSeen) return; if (search.value) jump(search.value); else board.follow(null, null); });

  const pins = new Pins(board, useMouse(board), {
    address: addresses.pin, ask: tellOf, say, card, retry: document.getElementById("plan-retry"),
  });
  useKeys(board, {
    ofShift: {
      ArrowRight: () => pins.nudge(1, 0),
      ArrowLeft: () => pins.nudge(-1, 0),
      ArrowDown: () => pins.nudge(0, 1),
      ArrowUp: () => pins.nudge(0, -1),
      PageDown: () => pins.nudge(1, 0, DAY),
      PageUp: () => pins.nudge(-1, 0, DAY),
    },
    ofBar: {
      Enter: () => {
        if (board.ghost) pins.propose({ focus: "[data-refused] [name=starts_at], [name=reason]" });
        else board.tell("open", board.chosen);
      },
      p: () => tellOf(addresses.pin.replace("0", board.chosen.card), { focus: "[name=starts_at]" }),
      c: () => follow(board.chosen.car),
      l: () => tellOf(addresses.late.replace("0", board.chosen.car.number), { focus: FIRST }),
    },
    always: {
      Escape: () => {
        if (board.ghost) pins.letGo();
        else { board.choose(null); board.follow(null, null); }
      },
      "/": () => search.focus(),
      "?": () => document.getElementById("plan-keys").showModal(),
    },
  });

  // Back from what was told; an open list closes by this key itself.
  card.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.localName !== "select") root.focus({ preventScroll: true });
  });

  // Who pressed a button here that is gone now goes on at what came instead.
  let isAsking = false;
  card.addEventListener("htmx:beforeRequest", () => { isAsking = true; });
  card.addEventListener("htmx:afterSettle", () => {
    if (isAsking && document.activeElement === document.body) place().querySelector(FIRST)?.focus();
    isAsking = false;
  });

  const colouring = document.getElementById("plan-colour");
  const legends = document.querySelectorAll("[data-legend]");
  function colour(by) {
    board.colour(by);
    colouring.value = by;
    for (const legend of legends) legend.hidden = legend.dataset.legend !== by;
  }
  colouring.addEventListener("change", () => colour(colouring.value));
  colour(board.colouring);

  // Zoom without asking the house again; the address keeps in step.
  const links = document.querySelectorAll("[data-span]");
  for (const link of links) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !board.isSeen) return;
      event.preventDefault();
      board.zoom(SPANS[link.dataset.span], board.chosen ? board.chosen.from : board.middle);
    });
  }
  root.addEventListener("zoomed", (event) => {
    for (const link of links) {
      const here = SPANS[link.dataset.span] === event.detail;
      link.classList.toggle("button--quiet", !here);
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const span = Object.keys(SPANS).find((name) => SPANS[name] === event.detail);
    const address = new URL(location.href);
    address.searchParams.set("span", span);
    history.replaceState(null, "", address);
  });

  // What the heading names is what is seen.
  const heading = document.querySelector("[data-range]");
  let shown = "";
  board.on("drawn", () => {
    const text = rangeText(board, board.left, board.left + board.days * 1440);
    if (text !== shown) heading.textContent = text;
    shown = text;
  });

  for (const hidden of document.querySelectorAll("[data-drawn]")) hidden.hidden = false;
  board.ready().then(() => pins.restore());
  // A newer plan is read at once, and what stands around the drawing with it; the eye
  // keeps its place, and who reads there keeps what they read and the word of the newer one.
  const isRead = () => AROUND.some((id) => document.getElementById(id)?.contains(document.activeElement));
  let isRenewing = false;
  async function renew() {
    if (isRenewing || board.dragging || !board.isSeen) return;
    isRenewing = true;
    try {
      const page = await (await fetch(location.href, { credentials: "same-origin" })).text();
      const { frame } = drawingOf(new DOMParser().parseFromString(page, "text/html"));
      if (frame.run !== board.scene.run) board.renew(frame);
      await board.ready();
      if (!isRead()) window.htmx.swap("#plan-state", page, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 }, { select: "#plan-state", selectOOB: AROUND.slice(1).map((id) => `#${id}`).join() });
    } catch {
      // The state of the planner is asked for again in a moment, and so is this.
    } finally {
      isRenewing = false;
    }
  }
  board.on("newer", renew);
  document.addEventListener("htmx:afterSwap", () => {
    const { run, seen } = document.getElementById("plan-state")?.dataset ?? {};
    if (Number(run) && (Number(run) !== board.scene.run || (run !== seen && !isRead()))) renew();
  });
  if (told.car) board.ready().then(() => jump(told.car));
  return board;
}

if (data && root) begin(drawingOf(document));
export { begin, remember, remembered };
