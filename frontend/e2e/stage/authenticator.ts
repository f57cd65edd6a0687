import { createHmac } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const stepMs = 30_000;

/** codeOf is what an authenticator with a secret in base32 shows at a moment (RFC 6238). */
export function codeOf(secret: string, atMs: number): string {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(atMs / stepMs)));
  const mac = createHmac("sha1", key).update(step).digest();
  // RFC 4226 5.3: four bytes from where the last one says, without their highest bit.
  const number = mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** nextCodeOf is the one after that: a code is good once, and a server takes one that is a step ahead. */
export function nextCodeOf(secret: string, atMs: number): string {
  return codeOf(secret, atMs + stepMs);
}
