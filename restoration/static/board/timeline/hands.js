// Mouse, touch and keys of the timeline.
import { ZOOMS_BY_KEY, nameOf } from "./words.js";

export function useKeys(board, more) {
  const KEYS = {
    ArrowRight: () => board.moveTo(board.scene.beside(board.chosen, 1)),
    ArrowLeft: () => board.moveTo(board.scene.beside(board.chosen, -1)),
    ArrowDown: () => board.moveTo(board.scene.acrossFrom(board.chosen, 1)),
    ArrowUp: () => board.moveTo(board.scene.acrossFrom(board.chosen, -1)),
    Home: () => board.moveTo(board.chosen.row.bars[0]),
    End: () => board.moveTo(board.chosen.row.bars.at(-1)),
    ...more.ofBar,
  };
  const ALWAYS = {
    PageDown: () => board.lookAt(board.left + board.days * 1440),
    PageUp: () => board.lookAt(board.left - board.days * 1440),
    "+": () => board.zoomBy(-1),
    "-": () => board.zoomBy(1),
    n: () => board.lookAt(Date.now() / 60000 - (board.days * 1440) / 3),
    ...more.always,
  };
  board.root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== board.root) return;
    const { key } = event;
    let act = ALWAYS[key];
    if (ZOOMS_BY_KEY[key]) act = () => board.zoom(ZOOMS_BY_KEY[key]);
    if (KEYS[key]) act = board.chosen ? KEYS[key] : () => board.chooseFirst();
    if (event.shiftKey && more.ofShift[key]) act = board.chosen ? more.ofShift[key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });
}

export function useMouse(board) {
  const { canvas, scroller } = board;
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    return board.painter.at(event.clientX - box.left, event.clientY - box.top);
  };
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || board.dragging) return;
    const { bar } = under(event);
    canvas.style.cursor = bar ? "pointer" : "";
    hint(board, bar, event);
  });
  canvas.addEventListener("pointerleave", () => hint(board, null));
  scroller.addEventListener("scroll", () => hint(board, null), { passive: true });
  canvas.addEventListener("click", (event) => {
    if (board.dragged) {
      board.dragged = false;
      return;
    }
    board.root.focus({ preventScroll: true });
    const { bar } = under(event);
    board.choose(bar);
    if (bar) board.tell("open", bar, { quietly: true });
  });
  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    board.zoomBy(event.deltaY > 0 ? 1 : -1);
  }, { passive: false });
  return under;
}

function hint(board, bar, event) {
  const { tip } = board;
  tip.hidden = !bar;
  if (!bar) return;
  tip.textContent = nameOf(board, bar);
  const box = board.root.getBoundingClientRect();
  const left = Math.min(event.clientX - box.left + 12, box.width - tip.offsetWidth - 4);
  const above = event.clientY - box.top - tip.offsetHeight - 10;
  tip.style.left = `${Math.max(0, left)}px`;
  tip.style.top = `${above > 0 ? above : event.clientY - box.top + 18}px`;
}
