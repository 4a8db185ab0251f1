// The Majordomo Protocol, MDP/0.1 (RFC 7): the words that a broker, its clients and its workers use.

import { subscribe } from "node:diagnostics_channel";
import type { ReceiveTrace, SendTrace } from "tx0mq";

/** The header of what clients send and get: header, service, body. */
export const CLIENT = "MDPC01";
/** The header of what workers send and get: an empty frame, header, command, and what belongs to it. */
export const WORKER = "MDPW01";

export const READY = "\x01"; // service
export const REQUEST = "\x02"; // client, empty frame, body
export const REPLY = "\x03"; // client, empty frame, body
export const HEARTBEAT = "\x04";
export const DISCONNECT = "\x05";

const NAMES = ["", "READY", "REQUEST", "REPLY", "HEARTBEAT", "DISCONNECT"];

/** Services whose names begin so are the broker's own (MMI, RFC 8). */
export const INTERNAL = "mmi.";

/** Whether it can be a service's name: text that can be printed. */
export function isName(frame: Buffer | undefined): boolean {
  return /^\P{C}+$/u.test(`${frame ?? ""}`);
}

/** Prints all messages that are sent and received from now on: what `-v` asks for. */
export function printMessages(): void {
  subscribe("tx0mq:send", (message) => print("->", message as SendTrace));
  subscribe("tx0mq:receive", (message) => print("<-", message as ReceiveTrace));
}

function print(way: string, { frames }: SendTrace | ReceiveTrace): void {
  const all = frames.map((frame) => Buffer.from(frame as Uint8Array));
  const texts = all.map((bytes, n) => {
    if (/^[\x20-\x7e]+$/.test(`${bytes}`)) return `${bytes}`;
    const isCommand = String(all[n - 1]) === WORKER && bytes.length === 1;
    return (isCommand && NAMES[bytes[0] as number]) || `[${bytes.toString("hex")}]`;
  });
  console.log(way, texts.join(" "));
}
