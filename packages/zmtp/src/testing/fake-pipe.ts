import assert from "node:assert/strict";
import { messageOf } from "../protocol/commands.js";
import { Decoder } from "../protocol/decoder.js";
import { bytesOf, type Frame, type Message, type Outgoing } from "../protocol/message.js";
import type { Broadcast, Encoded, Receiver } from "../sockets/broadcast.js";
import type { Pipe } from "../sockets/pipe.js";
import type { SocketType } from "../sockets/socket.js";

/** The frames as text, which is easier to compare. */
export function text(message: Outgoing | Message | undefined): string[] | undefined {
  if (message === undefined) return undefined;
  const frames = Array.isArray(message) ? (message as readonly Frame[]) : [message as Frame];
  return frames.map((frame) => Buffer.from(bytesOf(frame)).toString("latin1"));
}

/** All messages that a socket has for its user, as text. */
export function receiveAll(socket: SocketType): (string[] | undefined)[] {
  const all: (string[] | undefined)[] = [];
  for (let message = socket.receive(); message !== undefined; message = socket.receive()) {
    all.push(text(message));
  }
  return all;
}

/** The messages in these bytes, as text. */
export function decoded(pieces: readonly Uint8Array[]): (string[] | undefined)[] {
  const decoder = new Decoder(() => undefined, -1);
  decoder.push(Buffer.concat(pieces));
  const all: (string[] | undefined)[] = [];
  for (let one = decoder.next(); one !== undefined; one = decoder.next()) all.push(text(one));
  assert.equal(decoder.hasMore, false);
  return all;
}

/** A peer whose part is played by the test. */
export class FakePipe implements Pipe, Receiver {
  routingId: Buffer;
  readonly peer: ReadonlyMap<string, Buffer> = new Map();
  /** How many messages it takes before it is full. */
  capacity: number;
  gone = false;
  takesAll = false;
  /** What was written to it, as text. */
  sent: (string[] | undefined)[] = [];
  commands: string[] = [];
  terminated = false;
  /** How often something was written to it, taken or not. */
  writes = 0;
  /** It takes part in broadcasts. */
  broadcasts = false;
  #broadcast: Broadcast | undefined;
  readonly #inbox: Message[] = [];
  /** It has told that it has nothing to read, or no room, and has to tell when that changes. */
  #starved = false;
  #stuffed = false;

  constructor(routingId = "", capacity = Infinity) {
    this.routingId = Buffer.from(routingId, "latin1");
    this.capacity = capacity;
  }

  get writable(): boolean {
    this.#broadcast?.cut();
    const room = this.sent.length < this.capacity && !this.gone;
    if (!room) this.#stuffed = true;
    return room;
  }

  read(): Message | undefined {
    const message = this.#inbox.shift();
    if (message === undefined) this.#starved = true;
    return message;
  }

  write(message: Outgoing): boolean {
    this.writes += 1;
    if (!this.writable) return false;
    this.sent.push(text(message));
    return true;
  }

  takePart(broadcast: Broadcast): boolean {
    if (!this.broadcasts || !this.writable) return false;
    broadcast.add(this, this.capacity - this.sent.length);
    this.#broadcast = broadcast;
    return true;
  }

  takeOver({ pieces, count }: Encoded): void {
    this.#broadcast = undefined;
    const messages = decoded(pieces);
    assert.equal(messages.length, count);
    this.sent.push(...messages);
  }

  /** Ends the broadcast that the pipe takes part in, as pipes do at the end of each turn. */
  cut(): void {
    this.#broadcast?.cut();
    assert.equal(this.#broadcast, undefined);
  }

  command(name: string, data: Uint8Array): void {
    this.commands.push(`${name} ${Buffer.from(data).toString("latin1")}`);
  }

  terminate(): void {
    this.terminated = true;
  }

  /** Connects the pipe to a socket. Its peer is there already. */
  join(socket: SocketType): this {
    socket.attach(this);
    socket.peerReady(this);
    return this;
  }

  /** The peer sends messages: each argument has the frames of one. */
  arrive(socket: SocketType, ...messages: string[][]): void {
    const bytes = (frames: string[]) => frames.map((frame) => Buffer.from(frame, "latin1"));
    this.#arrive(socket, messages.map(bytes));
  }

  /** The peer sends a command for each of these, which comes as a message. */
  tell(socket: SocketType, name: string, ...data: string[]): void {
    const message = (one: string) => messageOf({ name, data: Buffer.from(one, "latin1") });
    this.#arrive(socket, data.map(message) as Message[]);
  }

  #arrive(socket: SocketType, messages: Message[]): void {
    this.#inbox.push(...messages);
    if (!this.#starved) return;
    this.#starved = false;
    socket.readActivated(this);
  }

  /** The peer reads all that was written to it. @returns the messages, as text */
  drain(socket: SocketType): (string[] | undefined)[] {
    this.cut();
    const { sent } = this;
    this.sent = [];
    if (this.#stuffed) {
      this.#stuffed = false;
      socket.writeActivated(this);
    }
    return sent;
  }

  /** How many of the peer's messages are unread. */
  get unread(): number {
    return this.#inbox.length;
  }
}
