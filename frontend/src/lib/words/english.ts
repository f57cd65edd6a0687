// The screens in English: each sentence by its Japanese original, in the order of the
// screens. words.test.ts holds it against what the screens and the programs say.
import { dialogs } from "./english-dialogs";
import { calls } from "./english-calls";
import { session } from "./english-session";
import { order } from "./english-order";

export const english: Readonly<Record<string, string>> = { ...session, ...order, ...calls, ...dialogs };
