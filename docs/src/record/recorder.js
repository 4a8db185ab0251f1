/*
 * Loaded first into each program of an example that is recorded (node --import): writes what its
 * connections do into the file RECORD_TO, a line of JSON for each event, and gives it the loopback host
 * RECORD_HOST to itself in place of localhost. This is JavaScript, for every Node to load as it is.
 */
import { subscribe } from "node:diagnostics_channel";
import { openSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { isMainThread, threadId } from "node:worker_threads";
import { ZmqConnection } from "tx0mq";

/** @import { AnyConnection, Endpoint, Endpoints } from "tx0mq" */

/** How many messages of a connection are written, each way. */
const MOST = 2000;
/** How much of a frame is written, in bytes. */
const LONGEST = 60;

const { RECORD_TO = "", RECORD_HOST = "127.0.0.1" } = process.env;
const file = openSync(RECORD_TO, "a");
const own = `${process.pid}/${threadId}`;
/** @type {WeakMap<object, { id: string, send: number, receive: number }>} */
const known = new WeakMap();
let count = 0;

/** @param {object} event */
function write(event) {
  // The clock of all processes of the machine, in µs.
  const at = Number(process.hrtime.bigint() / 1000n);
  writeSync(file, `${JSON.stringify({ at, process: own, ...event })}\n`);
}

/** @param {object} connection */
function entry(connection) {
  const found = known.get(connection);
  if (found !== undefined) return found;
  const made = { id: `${own}/${++count}`, send: 0, receive: 0 };
  known.set(connection, made);
  return made;
}

/** @param {string | ArrayBufferView | ArrayBufferLike} frame */
function shown(frame) {
  const bytes =
    typeof frame === "string"
      ? Buffer.from(frame)
      : ArrayBuffer.isView(frame)
        ? Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
        : Buffer.from(frame);
  const rest = bytes.length > LONGEST ? `… (${bytes.length} bytes)` : "";
  // What was cut in the middle of a character ends before it.
  const text = bytes
    .subarray(0, LONGEST)
    .toString()
    .replace(/\uFFFD+$/, rest && "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!/[\u0000-\u0008\u000b-\u001f\u007f\uFFFD]/.test(text)) return text + rest;
  return `0x${bytes.subarray(0, 16).toString("hex")}${bytes.length > 16 ? `… (${bytes.length} bytes)` : ""}`;
}

for (const what of /** @type {const} */ (["send", "receive"])) {
  subscribe(`tx0mq:${what}`, (message) => {
    const { connection, frames } = /** @type {{ connection: AnyConnection, frames: Buffer[] }} */ (
      message
    );
    const its = entry(connection);
    its[what]++;
    if (its[what] > MOST + 1) return;
    if (its[what] > MOST) write({ what: "enough", way: what, connection: its.id });
    else write({ what, connection: its.id, frames: frames.map(shown) });
  });
}

// What is bound and connected is taken where the program says it: the channel tx0mq:event tells it too, but
// for that the library watches each socket with a monitor, which a program that just ends would wait for.

/** @param {string} address */
function moved(address) {
  return address.replace(
    /^(tcp|udp|ws):\/\/(\*|localhost|127\.0\.0\.1|0\.0\.0\.0)(?=:)/,
    `$1://${RECORD_HOST}`,
  );
}

/** @param {Endpoints} endpoints */
function list(endpoints) {
  const all = /** @type {Endpoint[]} */ (Array.isArray(endpoints) ? endpoints : [endpoints]);
  return all.map((endpoint) => {
    const { type, address, bind, connect } =
      /** @type {{ type?: string, address?: string, bind?: string, connect?: string }} */ (
        endpoint
      );
    const given = address ?? bind ?? connect ?? "";
    const binds = type === "bind" || bind !== undefined;
    const to = moved(given);
    return {
      given,
      what: binds ? "bind" : "connect",
      moved: binds ? { bind: to } : { connect: to },
    };
  });
}

const { addEndpoints, removeEndpoints } = ZmqConnection.prototype;
/**
 * @this {ZmqConnection}
 * @param {Endpoints} endpoints
 */
ZmqConnection.prototype.addEndpoints = function (endpoints) {
  for (const { given, what, moved } of list(endpoints)) {
    addEndpoints.call(this, moved);
    const address = this.endpoints.at(-1)?.address;
    const type = this.socketType;
    write({ what, connection: entry(this).id, type, given, address });
  }
};
/**
 * @this {ZmqConnection}
 * @param {Endpoints} endpoints
 */
ZmqConnection.prototype.removeEndpoints = function (endpoints) {
  removeEndpoints.call(
    this,
    list(endpoints).map(({ moved }) => moved),
  );
};

// A thread of an example is started through a module that takes the thread's file as an argument.
const [, first = "", second = ""] = process.argv;
const program = !isMainThread && /thread-tsx\.js$/.test(first) ? second : first;
write({
  what: "start",
  program: basename(program, ".ts"),
  args: isMainThread ? process.argv.slice(2) : [],
});
