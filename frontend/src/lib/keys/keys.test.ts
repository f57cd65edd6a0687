import { describe, expect, it, test } from "vitest";
import { guard, isBrowserKey } from "./guard";
import { commandOf, isInMini, keyOf, shortcuts } from "./shortcuts";

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent("keydown", { key, cancelable: true, ...more });

test.each([
  ["F12", {}, "send"],
  ["F4", {}, "clear"],
  ["z", { ctrlKey: true }, "restore"],
  ["Z", { ctrlKey: true }, "restore"],
  ["z", {}, null],
  ["F4", { altKey: true }, null],
  ["F12", { shiftKey: true }, null],
  ["F12", { repeat: true }, null],
  ["F12", { isComposing: true }, null],
  ["F12", { keyCode: 229 }, null],
])("%s %o is %s", (key, more, want) => {
  expect(commandOf(press(key, more as KeyboardEventInit))).toBe(want);
});

test("no two commands share a key, and none is a bare letter", () => {
  const keys = shortcuts.map((s) => `${s.ctrl ? "Ctrl+" : ""}${s.key}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => key.length === 1)).toEqual([]);
  expect(keyOf("restore")).toBe("Ctrl+Z");
});

test("in the small window only what it shows can be done by key", () => {
  expect(shortcuts.map(({ command }) => command).filter(isInMini)).toEqual(["send", "mini"]);
});

describe("what a browser would do by itself", () => {
  test.each([
    ["F5", {}, true],
    ["r", { ctrlKey: true }, true],
    ["ArrowLeft", { altKey: true }, true],
    ["0", { ctrlKey: true }, true],
    ["BrowserBack", {}, true],
    ["c", { ctrlKey: true }, false],
    ["v", { ctrlKey: true }, false],
    ["ArrowLeft", {}, false],
    ["r", {}, false],
  ])("%s %o: %s", (key, more, want) => expect(isBrowserKey(press(key, more))).toBe(want));

  it("is prevented until the guard is taken back", () => {
    const release = guard(window);
    const events = () => [press("F5"), new MouseEvent("contextmenu", { cancelable: true }), new Event("drop", { cancelable: true })];
    const prevented = () => events().map((event) => !window.dispatchEvent(event));
    expect(prevented()).toEqual([true, true, true]);
    expect(window.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, cancelable: true })), "the wheel is not waited for").toBe(true);
    release();
    expect(prevented()).toEqual([false, false, false]);
  });
});
