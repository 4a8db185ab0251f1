// Key-value message class in its simplest form: three frames, a key, a sequence number and a body. Run
// as a program, it tests itself over ipc://kvmsg_selftest.ipc.

import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { type Message, ZmqDealerConnection, ZmqFactory, ZmqProtocolError } from "tx0mq";
import { flags } from "tx0mq/flags";

/** Names of commands. As a key in a map, one would end the state too early, or be taken for a heartbeat. */
export const COMMANDS: ReadonlySet<string> = new Set(["KTHXBAI", "HUGZ"]);

/** An update of one key, with its place in the sequence of all updates. */
export class KVMsg {
  /** A client that has no place for it yet says 0. */
  readonly sequence: number;
  readonly key: string;
  readonly body: Buffer;

  constructor(sequence: number, key: string, body: string | Buffer = "") {
    this.sequence = sequence;
    this.key = key;
    this.body = typeof body === "string" ? Buffer.from(body) : body;
  }

  /** @throws {ZmqProtocolError} for frames that are no key-value message */
  static from(frames: Message): KVMsg {
    const [key, sequence, body, ...rest] = frames;
    if (sequence === undefined || body === undefined || rest.length > 0) {
      throw new ZmqProtocolError("it is a key, a sequence number and a body", frames);
    }
    return new KVMsg(readSequence(sequence, frames), readText(key, frames), body);
  }

  /** The messages of a connection, one after the other. For a malformed one it prints a line. */
  static read(connection: AsyncIterable<Message>): AsyncGenerator<KVMsg> {
    return wellFormed(connection, KVMsg.from);
  }

  /** What is sent. */
  get frames(): [string, Buffer, Buffer] {
    return [this.key, sequenceFrame(this.sequence), this.body];
  }

  /** Puts it into a map, if it has a body, and a key that is no command's name. */
  store(kvmap: Map<string, KVMsg>): void {
    if (this.key === "" || COMMANDS.has(this.key)) return;
    if (this.body.length > 0) kvmap.set(this.key, this);
  }

  toString(): string {
    return `[seq:${this.sequence}][key:${this.key}][size:${this.body.length}] ${this.body}`;
  }
}

/** A sequence number on the wire: 8 bytes in network order. */
export function sequenceFrame(sequence: number): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeBigInt64BE(BigInt(sequence));
  return frame;
}

/** @throws {ZmqProtocolError} for what is no sequence number, or leaves no number after it */
export function readSequence(frame: Buffer, frames: Message): number {
  const sequence = frame.length === 8 ? Number(frame.readBigInt64BE()) : -1;
  if (sequence >= 0 && sequence < Number.MAX_SAFE_INTEGER) return sequence;
  throw new ZmqProtocolError("a sequence number is 8 bytes, from 0 to 2^53 - 2", frames);
}

/** @throws {ZmqProtocolError} for bytes that are not UTF-8: as a string they would not be the same */
export function readText(frame: Buffer, frames: Message): string {
  if (isUtf8(frame)) return frame.toString();
  throw new ZmqProtocolError("keys and properties are UTF-8", frames);
}

/** Parses the messages of a connection, and prints a line for each that cannot be parsed. */
export async function* wellFormed<T>(
  connection: AsyncIterable<Message>,
  parse: (frames: Message) => T,
): AsyncGenerator<T> {
  for await (const frames of connection) {
    let parsed: T;
    try {
      parsed = parse(frames);
    } catch (error) {
      console.error(`E: ${(error as Error).message}`);
      continue;
    }
    yield parsed;
  }
}

async function selfTest(): Promise<void> {
  const { endpoint, v: verbose } = flags({ endpoint: "ipc://kvmsg_selftest.ipc", v: false });
  const factory = new ZmqFactory();
  factory.registerForShutdown();
  const output = new ZmqDealerConnection(factory, { bind: endpoint });
  const input = new ZmqDealerConnection(factory, { connect: output.address });

  const kvmap = new Map<string, KVMsg>();
  const sent = new KVMsg(1, "key", "body");
  sent.store(kvmap);
  await output.send(sent.frames);
  const received = KVMsg.from(await input.receive());
  received.store(kvmap);
  if (verbose) console.log(`sent     ${sent}\nreceived ${received}`);
  assert.deepEqual(received, sent);
  assert.equal(kvmap.size, 1);
  console.log(" * kvsimple: OK");
}

if (import.meta.filename === process.argv[1]) await selfTest();
