/**
 * No publisher at all: bytes of ZMTP that were made before, written to each subscriber as it reads. What arrives is
 * the most that the other end takes, whoever publishes.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Round } from "./meter.ts";
import type { Program } from "./program.ts";

/** Bytes that are written at once. */
const CHUNK = 65_536;
const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** RFC 23: version 3.0, the mechanism NULL. */
const GREETING = Buffer.concat([Buffer.from("ff00000000000000017f0300", "hex"), Buffer.alloc(52)]);
GREETING.write("NULL", 12);
const READY = frame(COMMAND, "\x05READY\x0bSocket-Type\0\0\0\x03PUB");

export async function open({ size }: Program, addresses: readonly string[]): Promise<Round> {
  const message = Buffer.concat([frame(MORE, "tag"), frame(0, Buffer.alloc(size, 1))]);
  const count = Math.max(1, Math.floor(CHUNK / message.length));
  const chunk = Buffer.concat(new Array<Buffer>(count).fill(message));
  const subscribers = await Promise.all(addresses.map(greeted));
  return async (meter) => {
    while (!meter.over) {
      await Promise.all(subscribers.map((subscriber) => written(subscriber, chunk)));
      meter.count += count;
    }
  };
}

function frame(flags: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content as string);
  if (body.length < 256) return Buffer.concat([Buffer.of(flags, body.length), body]);
  const header = Buffer.alloc(9, flags | LONG);
  header.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([header, body]);
}

async function greeted(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  socket.write(Buffer.concat([GREETING, READY]));
  await once(socket, "data"); // its greeting; what else it says does not matter
  socket.resume();
  return socket;
}

async function written(socket: Socket, bytes: Buffer): Promise<void> {
  if (!socket.write(bytes)) await once(socket, "drain");
}
