import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { bin, Program } from "./program";

// WebKitGTK without a graphics card, and without an accessibility bus for a window
// that no one sees.
const bare = {
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_DMABUF_RENDERER: "1",
  LIBGL_ALWAYS_SOFTWARE: "1",
  NO_AT_BRIDGE: "1",
};

/**
 * Desktop is the development build of the program, in a window that no one sees. Its
 * bound methods and events reach any browser at its address.
 */
export class Desktop {
  address = "";
  /** surroundings are the display and the bus, for another program there. */
  readonly surroundings: Record<string, string>;

  #flags: readonly string[];
  #programs: Program[];

  private constructor(surroundings: Record<string, string>, flags: readonly string[], programs: Program[]) {
    this.surroundings = surroundings;
    this.#flags = flags;
    this.#programs = programs;
  }

  /** start opens a display and a session bus of its own, and then the program with these flags. */
  static async start(flags: readonly string[], env: Record<string, string>): Promise<Desktop> {
    const display = new Program("Xvfb", "Xvfb", ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"], { report: true });
    const bus = new Program("dbus-daemon", "dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address=3"], { report: true });
    const number = (await display.wrote(/^(\d+)\n/m))[1];
    const busAddress = (await bus.wrote(/^(unix:.*)\n/m))[1]!;
    const surroundings = { ...bare, ...env, DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: busAddress };
    const desktop = new Desktop(surroundings, flags, [display, bus]);
    await desktop.#run();
    return desktop;
  }

  async #run(): Promise<void> {
    this.address = await freeAddress();
    const env = { ...this.surroundings, devserver: this.address, loglevel: "Info", assetdir: "" };
    this.#programs.push(new Program("tsunagi-dev", bin("tsunagi-dev"), this.#flags, { env }));
  }

  /** restart kills the program, as a crash does, and starts it again. */
  async restart(): Promise<void> {
    const program = this.#programs.pop()!;
    program.signal("SIGKILL");
    await program.ended;
    await this.#run();
  }
}

/** freeAddress is for programs that want to be told their port. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}
