/** Panel is what lies over the operator's screen, opened by the person. */
export type Panel = "none" | "history" | "talk" | "help" | "logout" | "password" | "settings" | "server";

/** hidesForm tells whether a panel has to give way to a send window: there are 20 seconds. */
export function hidesForm(panel: Panel): boolean {
  return panel === "help" || panel === "password" || panel === "settings";
}
