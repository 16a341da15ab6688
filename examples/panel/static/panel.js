// Fills each <details class="transfers"> with what happened to its file, while one of them is open.

const PERIOD_MS = 1000;
const SHOWN_MAX = 6;
const CARRIERS = {nginx: "NGINX", python: "Python", nobody: "refused"};

const panels = [...document.querySelectorAll("details.transfers")];
const drawn = new Map();

for (const panel of panels) {
  panel.append(element("p", "transfers-said", "Nothing yet. View it, play it or download it."));
  panel.querySelector("p").setAttribute("role", "status");
  panel.append(element("ol", "transfers-list"), element("div", "transfers-headers"));
  panel.addEventListener("toggle", () => panel.open && update());
}
setInterval(() => panels.some((panel) => panel.open) && !document.hidden && update(), PERIOD_MS);

async function update() {
  const response = await fetch("/panel/transfers").catch(() => null);
  if (!response?.ok) return;
  const transfers = await response.json();
  for (const panel of panels) {
    if (!panel.open) continue;
    const own = transfers.filter(({path}) => path.startsWith(panel.dataset.file));
    const text = JSON.stringify(own);
    if (own.length > 0 && drawn.get(panel) !== text) {
      drawn.set(panel, text);
      draw(panel, own);
    }
  }
}

function draw(panel, transfers) {
  const latest = transfers[0];
  say(panel.querySelector(".transfers-said"), sentence(latest));
  const bytes = Number(panel.dataset.bytes);
  panel.querySelector("ol").replaceChildren(
    ...transfers.slice(0, SHOWN_MAX).map((transfer) => row(transfer, bytes)),
  );
  panel.querySelector(".transfers-headers").replaceChildren(...headers(latest));
}

// A screen reader hears a change of the sentence, not each byte that is counted.
function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function sentence({carrier, status, pythonMs, ended}) {
  if (carrier === "nginx") return `NGINX moves the bytes; Python was done after ${time(pythonMs)}.`;
  if (carrier === "python") {
    return ended ? "This Python moved the bytes." : "This Python is moving the bytes.";
  }
  return status === 304
    ? "Your browser’s own copy is still good: nothing was moved."
    : `Refused with ${status}: nothing was signed, nothing moved.`;
}

function row(transfer, bytes) {
  const item = element("li");
  const {carrier, method, pythonBytes, pythonMs, ended} = transfer;
  const busy = ended ? `busy for ${time(pythonMs)}` : `busy since ${time(pythonMs)}`;
  item.append(
    element("span", `transfers-carrier ${carrier}`, CARRIERS[carrier]),
    element("span", "transfers-asked", `${method} ${asked(transfer)}`),
    element("span", "transfers-python", `Python: ${size(pythonBytes)}, ${busy}`),
  );
  if (carrier !== "nobody") item.append(bar(transfer, bytes));
  return item;
}

// The whole file as a line; what was asked for is light, what went through Python is strong.
function bar(transfer, bytes) {
  const [start, end] = span(transfer.range, bytes);
  const line = element("span", `transfers-bar ${transfer.carrier}`);
  line.setAttribute("aria-hidden", "true");
  for (const [name, from, to] of [
    ["asked", start, end],
    ["moved", start, Math.min(start + transfer.pythonBytes, end)],
  ]) {
    const part = element("span", name);
    part.style.insetInlineStart = `${(100 * from) / bytes}%`;
    part.style.inlineSize = `${(100 * (to - from)) / bytes}%`;
    line.append(part);
  }
  return line;
}

function span(range, bytes) {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [null, "0", ""];
  if (first === "") return [Math.max(0, bytes - Number(last)), bytes];
  return [Math.min(Number(first), bytes), last === "" ? bytes : Math.min(Number(last) + 1, bytes)];
}

function asked({range}) {
  if (range === "") return "the whole file";
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [null, "", ""];
  if (first === "") return last === "" ? range : `the last ${size(Number(last))}`;
  if (last === "") return first === "0" ? "from the start" : `from ${size(Number(first))} on`;
  return `bytes ${first} to ${last}`;
}

function headers({carrier, status, headers}) {
  const title =
    carrier === "nginx" ? "The handoff: what Python told NGINX" : `What Python told you: ${status}`;
  const list = element("dl");
  for (const [name, value] of headers) {
    const pair = element("div");
    pair.append(element("dt", "", name), element("dd", "", value));
    list.append(pair);
  }
  return [element("h4", "", title), list];
}

function size(count) {
  if (count >= 1e6) return `${(count / 1e6).toPrecision(3)} MB`;
  if (count >= 1e3) return `${(count / 1e3).toPrecision(3)} kB`;
  return `${count} bytes`;
}

function time(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${ms} ms`;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
