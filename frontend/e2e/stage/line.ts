import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/**
 * Line is the network between the desktop and the server: a port of 127.0.0.1 that
 * passes every byte on. It can go silent, as a pulled cable does, or hold back one
 * direction, so that a test decides which of two things happens first.
 */
export class Line {
  /** far is the server's port; connections made from now on go there. */
  far = 0;

  #server: Server;
  #pairs = new Set<{ near: Socket; far: Socket }>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Line> {
    const server = createServer();
    const line = new Line(server);
    server.on("connection", (near) => line.#join(near));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return line;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #join(near: Socket): void {
    const far = connect(this.far, "127.0.0.1");
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.setNoDelay(true).on("error", end).on("close", end);
    near.pipe(far);
    far.pipe(near);
  }

  /** holdRequests keeps what the desktop sends until the answer is called. */
  holdRequests(): () => void {
    const held = [...this.#pairs];
    for (const { near, far } of held) near.unpipe(far).pause();
    return () => {
      for (const { near, far } of held) near.pipe(far);
    };
  }

  /** silence loses both directions without a word. Connections made later work. */
  silence(): void {
    for (const { near, far } of this.#pairs) {
      near.unpipe(far).pause();
      far.unpipe(near).pause();
    }
  }

  async close(): Promise<void> {
    for (const { near, far } of this.#pairs) {
      near.destroy();
      far.destroy();
    }
    this.#server.close();
    await once(this.#server, "close");
  }
}
