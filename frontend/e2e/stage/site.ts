import { readFile, writeFile } from "node:fs/promises";
import { bin, Program, succeed } from "./program";

export const password = "demo-Sakura-2026";

/** an operator who may log in, with the number whose calls are theirs. */
export interface Operator {
  merchant: string;
  user: string;
  ivrNumber: string;
  firstPassword: string;
}

/** Site is one installation of tsunagid in a folder of its own. */
export class Site {
  readonly folder: string;
  fingerprint = "";
  desktopPort = 0;
  server!: Program;

  #sip = "";

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** make installs a server; settings are values of keys in its configuration, as TOML spells them. */
  static async make(folder: string, settings: Record<string, string>): Promise<Site> {
    const site = new Site(folder);
    const text = await succeed("tsunagid", ["init", folder, "--desktop", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--plain-same-segment"]);
    const file = `${folder}/tsunagid.toml`;
    let toml = await readFile(file, "utf8");
    for (const [key, value] of Object.entries(settings)) toml = toml.replace(new RegExp(`^${key} = .*$`, "m"), `${key} = ${value}`);
    await writeFile(file, toml);
    site.fingerprint = /^Fingerprint +(.*)$/m.exec(text)![1]!;
    return site;
  }

  get #config(): string[] {
    return ["--config", `${this.folder}/tsunagid.toml`];
  }

  async addMerchant(id: string, name: string, ...flags: string[]): Promise<void> {
    await succeed("tsunagid", ["merchant", "add", id, "--name", name, ...flags, ...this.#config]);
  }

  /** edit changes a merchant's settings while the server runs. */
  async edit(id: string, ...flags: string[]): Promise<void> {
    await succeed("tsunagid", ["merchant", "edit", id, ...flags, ...this.#config]);
  }

  async addOperator(merchant: string, user: string, ivrNumber: string, comment: string, ...flags: string[]): Promise<Operator> {
    const firstPassword = await this.#addUser(merchant, user, "--ivr-number", ivrNumber, "--comment", comment, ...flags);
    return { merchant, user, ivrNumber, firstPassword };
  }

  /** addSupervisor adds one and answers with the first password. */
  addSupervisor(merchant: string, user: string): Promise<string> {
    return this.#addUser(merchant, user, "--role", "supervisor");
  }

  async #addUser(merchant: string, user: string, ...flags: string[]): Promise<string> {
    const text = await succeed("tsunagid", ["user", "add", `${merchant}/${user}`, ...flags, ...this.#config]);
    return /^First password +(.*)$/m.exec(text)![1]!;
  }

  /** forceLogout is what an administrator types. */
  async forceLogout({ merchant, user }: Operator): Promise<void> {
    await succeed("tsunagid", ["user", "logout", `${merchant}/${user}`, ...this.#config]);
  }

  /** serve starts the server, on ports that it chooses anew each time. */
  async serve(): Promise<void> {
    this.server = new Program("tsunagid", bin("tsunagid"), ["serve", ...this.#config]);
    const ready = await this.server.wrote(/msg=ready .*desktop=127\.0\.0\.1:(\d+) sip=(\S+)/);
    this.desktopPort = Number(ready[1]);
    this.#sip = ready[2]!;
  }

  /** colleague is the scripted operator: the same person at another desktop. */
  colleague({ merchant, user }: Operator, flags: readonly string[], env: Record<string, string>): Program {
    const server = `127.0.0.1:${this.desktopPort}`;
    const who = ["--server", server, "--trust", this.fingerprint, "--merchant", merchant, "--user", user];
    return new Program("operator", bin("operator"), [...who, ...flags], { env });
  }

  /** setPassword does for an operator what a first login forces. */
  async setPassword(operator: Operator): Promise<void> {
    const env = { TSUNAGI_PASSWORD: operator.firstPassword, TSUNAGI_NEW_PASSWORD: password };
    const program = this.colleague(operator, ["--set-password"], env);
    if ((await program.ended) !== 0) throw new Error(`the first password of ${operator.user} could not be set:\n${program.output}`);
  }

  /** call lets the scripted telephone transfer a customer to the operator's number. */
  call({ ivrNumber }: Operator, ...flags: string[]): Program {
    return new Program("telephone", bin("tsunagid"), ["phone", ivrNumber, "--server", this.#sip, ...flags]);
  }
}

/** visa is what a customer keys who pays, refused what one keys who is refused with AG33. */
export const visa = ["--card", "4111111111111111", "--expiry", "1230", "--code", "123"];
export const refused = ["--card", "5555555555554444", "--expiry", "0199", "--code", "123"];
