// Key-value message class, full: five frames, a key, a sequence number, a UUID, properties and a body. Run
// as a program, it tests itself over ipc://kvmsg_selftest.ipc.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  EMPTY,
  type Message,
  ZmqArgumentError,
  ZmqDealerConnection,
  ZmqFactory,
  ZmqProtocolError,
} from "tx0mq";
import { flags } from "tx0mq/flags";
import { COMMANDS, readSequence, readText, sequenceFrame, wellFormed } from "./kvsimple.ts";

/** The parts of a key-value message. */
export interface KVParts {
  /** Default: 0, for what a client sends. */
  sequence?: number;
  key: string;
  /** 16 bytes by which an update is recognized, or none. Default: random ones. */
  uuid?: Buffer;
  /** Names and their values, as `ttl` and `30`. A name has no `=`, and neither has a newline. */
  properties?: Iterable<readonly [name: string, value: string]>;
  /** Without a body it deletes the key. */
  body?: string | Buffer;
}

/** An update of one key, or its deletion, as the Clustered Hashmap Protocol (RFC 12) has it. */
export class KVMsg {
  readonly sequence: number;
  readonly key: string;
  readonly uuid: Buffer;
  readonly properties: ReadonlyMap<string, string>;
  readonly body: Buffer;

  /** @throws {ZmqArgumentError} for a UUID or a property that cannot be sent */
  constructor({ sequence = 0, key, uuid = newUuid(), properties = [], body = "" }: KVParts) {
    this.sequence = sequence;
    this.key = key;
    this.uuid = uuid;
    this.properties = new Map(properties);
    this.body = typeof body === "string" ? Buffer.from(body) : body;
    if (!isUuid(uuid)) throw new ZmqArgumentError("a UUID is 16 bytes, or none");
    for (const [name, value] of this.properties) {
      if (!/^[^=\n]+$/.test(name) || value.includes("\n")) {
        throw new ZmqArgumentError(`${JSON.stringify(`${name}=${value}`)} is no property`);
      }
    }
  }

  /** @throws {ZmqProtocolError} for frames that are no key-value message */
  static from(frames: Message): KVMsg {
    const [key, sequence, uuid, properties, body, ...rest] = frames;
    if (
      sequence === undefined ||
      uuid === undefined ||
      properties === undefined ||
      body === undefined ||
      rest.length > 0 ||
      !isUuid(uuid)
    ) {
      throw new ZmqProtocolError("it is a key, sequence number, UUID, properties and body", frames);
    }
    return new KVMsg({
      sequence: readSequence(sequence, frames),
      key: readText(key, frames),
      uuid,
      properties: readProperties(properties, frames),
      body,
    });
  }

  /** The messages of a connection, one after the other. For a malformed one it prints a line. */
  static read(connection: AsyncIterable<Message>): AsyncGenerator<KVMsg> {
    return wellFormed(connection, KVMsg.from);
  }

  /** The property `ttl`: after how many seconds a server deletes the value; 0 is never. */
  get ttl(): number {
    return Number(this.properties.get("ttl") ?? 0);
  }

  /** What is sent. */
  get frames(): [string, Buffer, Buffer, string, Buffer] {
    const lines = Array.from(this.properties, ([name, value]) => `${name}=${value}\n`);
    return [this.key, sequenceFrame(this.sequence), this.uuid, lines.join(""), this.body];
  }

  /** The same update with some parts changed; properties are added to those that it has. */
  with({ properties = [], ...parts }: Partial<KVParts>): KVMsg {
    return new KVMsg({ ...this, ...parts, properties: [...this.properties, ...properties] });
  }

  /** Puts it into a map or, if it has no body, takes the key out. A command's name is no key. */
  store(kvmap: Map<string, KVMsg>): void {
    if (COMMANDS.has(this.key)) return;
    if (this.body.length > 0) kvmap.set(this.key, this);
    else kvmap.delete(this.key);
  }

  toString(): string {
    const properties = Array.from(this.properties, ([name, value]) => `${name}=${value}`);
    return `[seq:${this.sequence}][key:${this.key}][size:${this.body.length}][props:${properties}] ${this.body}`;
  }
}

function isUuid(frame: Buffer): boolean {
  return frame.length === 16 || frame.length === 0;
}

function newUuid(): Buffer {
  return Buffer.from(randomUUID().replaceAll("-", ""), "hex");
}

/** `name=value` and a newline, any number of times. @throws {ZmqProtocolError} */
function readProperties(frame: Buffer, frames: Message): [name: string, value: string][] {
  const lines = readText(frame, frames).split("\n");
  if (lines.pop() !== "" || !lines.every((line) => line.indexOf("=") > 0)) {
    throw new ZmqProtocolError("a property is a name, = and a value, ended by a newline", frames);
  }
  const properties = lines.map((line): [string, string] => {
    const end = line.indexOf("=");
    return [line.slice(0, end), line.slice(end + 1)];
  });
  if (properties.some(([name, value]) => name === "ttl" && !(Number(value) >= 0))) {
    throw new ZmqProtocolError("a ttl is a number of seconds", frames);
  }
  return properties;
}

async function selfTest(): Promise<void> {
  const { endpoint, v: verbose } = flags({ endpoint: "ipc://kvmsg_selftest.ipc", v: false });
  const factory = new ZmqFactory();
  factory.registerForShutdown();
  const output = new ZmqDealerConnection(factory, { bind: endpoint });
  const input = new ZmqDealerConnection(factory, { connect: output.address });

  const kvmap = new Map<string, KVMsg>();
  const plain = new KVMsg({ sequence: 1, key: "key", body: "body" });
  const rich = plain.with({
    sequence: 2,
    properties: [
      ["prop1", "value1"],
      ["prop2", "value2"],
    ],
  });
  const deletion = new KVMsg({ sequence: 3, key: "key", uuid: EMPTY });
  for (const [sent, size] of [
    [plain, 1],
    [rich, 1],
    [deletion, 0],
  ] as const) {
    await output.send(sent.frames);
    const received = KVMsg.from(await input.receive());
    received.store(kvmap);
    if (verbose) console.log(`sent     ${sent}\nreceived ${received}`);
    assert.deepEqual(received, sent);
    assert.equal(kvmap.size, size);
  }
  console.log(" * kvmsg: OK");
}

if (import.meta.filename === process.argv[1]) await selfTest();
