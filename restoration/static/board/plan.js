// Draws the plan in force. The table below the drawing says the same in words.
const data = document.getElementById("plan-drawing");
const place = document.getElementById("plan-timeline");
const chosen = document.getElementById("plan-chosen");
const ROW = 36;
const AXIS = 60;
const MONTHS = { en: "MMMM YYYY", ja: "YYYY年M月" };
const DAY = 24 * 3600 * 1000;

function words(name) {
  return chosen.querySelector(`[data-${name}]`);
}

function tell(item) {
  chosen.querySelector("[data-hint]").hidden = Boolean(item);
  chosen.querySelector("[data-told]").hidden = !item;
  if (!item) return;
  for (const name of ["title", "state", "when", "owner", "reason"]) words(name).textContent = item[name];
  words("url").textContent = item.project;
  words("url").href = item.url;
}

// Text goes in as text: a title may hold anything.
function asText(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

function draw() {
  const plan = JSON.parse(data.textContent);
  const start = new Date(plan.start);
  const end = new Date(plan.end);
  const items = plan.items.map((item) => ({ ...item, content: "", className: `is-${item.kind}` }));
  const groups = plan.groups.map((group) => ({ ...group, content: "" }));
  const timeline = new window.vis.Timeline(place, items, groups, {
    orientation: "top",
    stack: false,
    // Room for every row: nothing scrolls inside the page but the weeks.
    height: `${groups.length * ROW + AXIS}px`,
    timeAxis: { scale: "day", step: 1 },
    format: {
      minorLabels: { day: "dd D", weekday: "dd D" },
      majorLabels: { day: MONTHS[plan.language] ?? MONTHS.en, weekday: MONTHS[plan.language] ?? MONTHS.en },
    },
    start, end, min: start, max: end,
    zoomMin: 2 * DAY,
    zoomKey: "ctrlKey",
    horizontalScroll: true,
    selectable: true,
    showTooltips: false,
    margin: { item: 4, axis: 4 },
    locale: plan.language,
    moment: (date) => window.moment(date).locale(plan.language).utcOffset(plan.offset),
    groupOrder: (a, b) => groups.indexOf(a) - groups.indexOf(b),
    groupTemplate: (group) => asText(group ? group.label : ""),
    template: (item) => asText(item.label),
  });
  const byId = new Map(items.map((item) => [item.id, item]));
  timeline.on("select", ({ items: ids }) => tell(byId.get(ids[0])));
}

if (data && place && window.vis) draw();
