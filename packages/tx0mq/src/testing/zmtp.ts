import { connect, createServer, type Socket } from "node:net";
import type { Stage } from "./stage.js";
import { HOST } from "./stage.js";

const ENOUGH = 2 ** 12;

/** A peer that speaks ZMTP 3.0 (RFC 23) by hand, and so whatever the test wants. */
export class RawPeer {
  readonly socket: Socket;
  /** What it has received, in latin1: the beginning of it. */
  heard = "";

  constructor(socket: Socket, socketType: string) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (this.heard.length < ENOUGH) this.heard += data.toString("latin1", 0, ENOUGH);
    });
    const greeting = Buffer.alloc(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
    greeting.write("NULL", 12);
    socket.write(greeting);
    const type = Buffer.from(socketType);
    const ready = [`\x05READY`, `\x0bSocket-Type\0\0\0${String.fromCharCode(type.length)}`, type];
    const body = Buffer.concat(ready.map((part) => Buffer.from(part as string, "latin1")));
    socket.write(Buffer.concat([Buffer.of(4, body.length), body]));
  }

  /** Sends frames as they are: of one message, or with `more` behind the last as well. */
  send(frames: readonly (string | Buffer)[], more = false): void {
    for (const [n, frame] of frames.entries()) {
      const bytes = Buffer.from(frame as string);
      const flags = n < frames.length - 1 || more ? 1 : 0;
      this.socket.write(Buffer.concat([Buffer.of(flags, bytes.length), bytes]));
    }
  }

  /** Closes the connection, with all that was sent behind it. */
  end(): Promise<void> {
    return new Promise((resolve) => this.socket.end(resolve));
  }
}

/** A raw peer that is connected to an address. */
export async function rawClient(
  stage: Stage,
  address: string,
  socketType: string,
): Promise<RawPeer> {
  const socket = connect(Number(new URL(address).port), HOST);
  stage.t.after(() => socket.destroy());
  await new Promise((resolve) => socket.once("connect", resolve));
  return new RawPeer(socket, socketType);
}

/** An address where raw peers take connections, each handed to `accepted`. */
export async function rawServer(
  stage: Stage,
  socketType: string,
  accepted: (peer: RawPeer) => void,
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    accepted(new RawPeer(socket, socketType));
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  stage.t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as { port: number };
  return `tcp://${HOST}:${port}`;
}
