// Nobody at the screen: when to ask for the password again (PCI DSS 8.2.8).

const looks = 1000; // ms between two looks at the clock: sleep and hibernation count too

/**
 * watchIdle calls lock once nobody has pressed a key, moved or clicked for so many
 * seconds; 0 never does. While may says no, time passes but nothing is locked. The
 * answer ends it.
 */
export function watchIdle(target: Window, seconds: number, may: () => boolean, lock: () => void): () => void {
  if (seconds <= 0) return () => {};
  const stop = new AbortController();
  let lastMs = Date.now();
  for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    target.addEventListener(name, () => (lastMs = Date.now()), { signal: stop.signal, capture: true, passive: true });
  }
  const timer = setInterval(() => {
    if (Date.now() - lastMs < seconds * 1000 || !may()) return;
    lastMs = Date.now(); // a lock that fails is tried again after as long
    lock();
  }, looks);
  return () => {
    stop.abort();
    clearInterval(timer);
  };
}
