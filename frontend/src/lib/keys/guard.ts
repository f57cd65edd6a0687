// What a browser does by itself and a money screen must not: reload, go back, zoom
// by accident, open a dropped file, offer a context menu. Ctrl and the wheel are the
// window's own affair (desktop/program.go): a listener that may stop the wheel would
// have every turn of it wait for the page before anything scrolls.

/** guard stops it on a window; the answer takes it back. */
export function guard(target: Window): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal, capture: true, passive: false } as const;
  const prevent = (event: Event) => event.preventDefault();
  target.addEventListener("keydown", (event) => isBrowserKey(event) && event.preventDefault(), options);
  target.addEventListener("mouseup", (event) => isSideButton(event) && event.preventDefault(), options);
  for (const name of ["contextmenu", "dragover", "drop"] as const) {
    target.addEventListener(name, prevent, options);
  }
  return () => stop.abort();
}

const withCtrl = new Set(["r", "p", "s", "o", "f", "g", "u", "j", "h", "+", "-", "=", ";", "0"]);
const alone = new Set(["F5", "F7", "BrowserBack", "BrowserForward", "BrowserRefresh", "BrowserSearch", "BrowserHome"]);

/** isBrowserKey tells whether a browser would do something of its own on this key. */
export function isBrowserKey(event: KeyboardEvent): boolean {
  if (alone.has(event.key)) return true;
  if (event.altKey) return event.key === "ArrowLeft" || event.key === "ArrowRight" || event.key === "Home";
  return (event.ctrlKey || event.metaKey) && withCtrl.has(event.key.toLowerCase());
}

// Buttons 3 and 4 of a mouse go back and forward.
function isSideButton(event: MouseEvent): boolean {
  return event.button === 3 || event.button === 4;
}
