// The one table of keys. The screens match against it, and the help dialog is
// drawn from it, so neither can forget the other.

export type Command =
  | "help"
  | "settings"
  | "transactionId"
  | "history"
  | "talk"
  | "clear"
  | "restore"
  | "mini"
  | "send";

export interface Shortcut {
  command: Command;
  key: string;
  ctrl?: boolean;
  /** mini: the small window shows what the key does, so that the key does it there too. */
  mini?: boolean;
  /** as printed on a keycap. */
  caps: readonly string[];
  title: string;
}

export const shortcuts: readonly Shortcut[] = [
  { command: "send", key: "F12", caps: ["F12"], title: "送信", mini: true },
  { command: "clear", key: "F4", caps: ["F4"], title: "クリア" },
  { command: "restore", key: "z", ctrl: true, caps: ["Ctrl", "Z"], title: "クリアを元に戻す" },
  { command: "transactionId", key: "F2", caps: ["F2"], title: "取引IDへ移る" },
  { command: "history", key: "F3", caps: ["F3"], title: "本日の履歴を開く・閉じる" },
  { command: "talk", key: "F8", caps: ["F8"], title: "セキュリティコードのご案内を開く・閉じる" },
  { command: "mini", key: "F11", caps: ["F11"], title: "ミニ表示に切り替える", mini: true },
  { command: "settings", key: ",", ctrl: true, caps: ["Ctrl", ","], title: "設定を開く" },
  { command: "help", key: "F1", caps: ["F1"], title: "この一覧を開く" },
];

/** habits are keys that mean what they mean everywhere; they are explained, not matched. */
export const habits: readonly Pick<Shortcut, "caps" | "title">[] = [
  { caps: ["Enter"], title: "次の項目へ進む、送信では送信する" },
  { caps: ["Esc"], title: "メニュー・履歴・確認を閉じる(入力は消えません)" },
];

/** keyOf is the keycap of a command, for the label of its button. */
export function keyOf(command: Command): string {
  return shortcuts.find((shortcut) => shortcut.command === command)?.caps.join("+") ?? "";
}

/** isInMini tells whether a command may be given in the small window: the others act on what is not to be seen there. */
export function isInMini(command: Command): boolean {
  return shortcuts.some((shortcut) => shortcut.command === command && shortcut.mini === true);
}

/**
 * commandOf is what a key press asks for. While text is being composed nothing is:
 * the key belongs to the IME (keyCode 229 is what some of them send instead of
 * isComposing). A key held down asks once.
 */
export function commandOf(event: KeyboardEvent): Command | null {
  if (isComposing(event) || event.repeat || event.altKey || event.shiftKey || event.metaKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const found = shortcuts.find((shortcut) => shortcut.key === key && (shortcut.ctrl ?? false) === event.ctrlKey);
  return found?.command ?? null;
}

/** isComposing tells whether a key press belongs to the IME. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
