// The line under 送信: why it is off, or how to press it.
import { t } from "$lib/words/index.svelte";

export interface HintInput {
  problems: number;
  /** a field without which nothing can be sent is empty. */
  missing: boolean;
  lost: boolean;
  windowOpen: boolean;
  sending: boolean;
  /** クリア was pressed and can be taken back. */
  cleared: boolean;
  /** the last call ended before the order was sent, and the form still holds it. */
  interrupted: boolean;
  api: boolean;
}

/** keysHint is said with keycaps in it; the component draws it. */
export const keysHint = "keys";

export function hintOf(input: HintInput): string {
  if (input.lost) return "接続が戻るまで送信できません。入力内容は残しています。";
  if (input.sending) return "送信しています。";
  if (input.problems > 0) return t("赤字の{n}項目を直すと送信できます。", { n: input.problems });
  if (input.windowOpen && input.missing) {
    return input.api ? "決済情報がまだCTI/CRMから届いていません。" : "未入力の項目を入力すると送信できます。";
  }
  if (input.windowOpen) return keysHint;
  if (input.cleared) return "クリアしました。Ctrl+Z で元に戻せます。";
  if (input.interrupted) return "入力内容は残しています。もう一度転送すると送信できます。";
  if (input.api) return "CTI/CRMから受け取ったあと、IVRへ転送すると送信できます。";
  return "IVRへ転送すると送信できます。入力は転送の前に済ませておけます。";
}
