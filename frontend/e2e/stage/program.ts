import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** patienceMs is how long anything that must happen may take on a busy machine. */
export const patienceMs = 60_000;

/** bin is the path of one of our programs. */
export const bin = (name: string): string => fileURLToPath(new URL(`../../../build/bin/${name}`, import.meta.url));

interface Options {
  env?: Record<string, string>;
  /** report opens a file descriptor 3 to which the program writes what it chose. */
  report?: boolean;
}

const running = new Set<Program>();

/**
 * Program is one process with everything it writes. It is ended by its PID, and by
 * the kernel if this process dies before that.
 */
export class Program {
  readonly name: string;
  readonly ended: Promise<number>;
  output = "";

  #child: ChildProcess;
  #over = false;
  #listeners = new Set<() => void>();

  constructor(name: string, command: string, args: readonly string[], { env = {}, report = false }: Options = {}) {
    this.name = name;
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", "--", command, ...args], {
      env: { ...process.env, TZ: "Asia/Tokyo", ...env },
      stdio: ["ignore", "pipe", "pipe", ...(report ? ["pipe" as const] : [])],
    });
    for (const stream of this.#child.stdio.slice(1)) stream?.on("data", (data: Buffer) => this.#write(data.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.on("error", (error) => this.#write(`${error}\n`));
      this.#child.on("close", (code, signal) => {
        this.#over = true;
        running.delete(this);
        this.#write("");
        resolve(code ?? 128 + constants.signals[signal!]);
      });
    });
    running.add(this);
  }

  #write(text: string): void {
    this.output += text;
    for (const listen of this.#listeners) listen();
  }

  /** wrote waits until the output, from a position on, has the pattern. A program that ends without it fails. */
  wrote(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const found = pattern.exec(this.output.slice(from));
        if (!found && !this.#over) return;
        clearTimeout(timer);
        this.#listeners.delete(settle);
        if (found) resolve(found);
        else reject(new Error(`${this.name} ended and had not written ${pattern}:\n${this.output}`));
      };
      const timer = setTimeout(() => {
        this.#listeners.delete(settle);
        reject(new Error(`${this.name} has not written ${pattern} within ${patienceMs} ms:\n${this.output}`));
      }, patienceMs);
      this.#listeners.add(settle);
      settle();
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#over) this.#child.kill(signal);
  }

  /** stop ends the program as politely as it lets us, and returns when it is gone. */
  async stop(graceMs = 5000): Promise<void> {
    this.signal("SIGTERM");
    const timer = setTimeout(() => this.signal("SIGKILL"), graceMs);
    await this.ended;
    clearTimeout(timer);
  }
}

/** succeed runs a program to its end and answers with what it wrote. */
export async function succeed(name: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const program = new Program(name, bin(name), args, { env });
  const status = await program.ended;
  if (status !== 0) throw new Error(`${name} ${args[0]} ended with ${status}:\n${program.output}`);
  return program.output;
}

/** logs is the end of what every running program wrote, for whoever reads a failure. */
export function logs(): string {
  return [...running].map(({ name, output }) => `--- ${name}\n${output.slice(-4000)}`).join("\n");
}

/** stopAll ends what is still running, the youngest first. */
export async function stopAll(): Promise<void> {
  for (const program of [...running].reverse()) await program.stop(2000);
}
