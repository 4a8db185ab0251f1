import { Backlog } from "../backlog.js";
import { bytesOf, EMPTY, type Frame, type Message, type Outgoing } from "../protocol/message.js";
import { Broadcast } from "./broadcast.js";
import { framesOf } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { type RoutingOptions, SocketType } from "./socket.js";
import { MOST_ASKED, Subscriptions } from "./subscriptions.js";

/** The first byte of a subscriber's request: it cancels a topic, or asks for it. */
const CANCEL = 0;
const SUBSCRIBE = 1;

/** In bytes: when this much of one subscriber waits to be received, no more is read from it. */
export const MOST_WAITING = 2 ** 24;
/** How much memory a frame that waits takes beside its bytes. */
const FRAME_SIZE = 256;

/** A peer. */
class Subscriber {
  readonly pipe: Pipe;
  /** How much of what it has sent waits to be received, in bytes. */
  waiting = 0;
  /** The handshake with it has been done before. */
  known = false;
  /** Its pipe has refused a message, and has not told since that it takes more. */
  full = false;
  ended = false;

  constructor(pipe: Pipe) {
    this.pipe = pipe;
  }
}

/** A message that waits to be received, whether it is a request, and its sender. */
interface Pending {
  readonly message: Message;
  readonly isRequest: boolean;
  /** Undefined for the cancels that are made when a subscriber has gone. */
  readonly from: Subscriber | undefined;
}

/**
 * XPUB (RFC 29): sends each message to all subscribers that have asked for a topic that it begins with, and receives
 * their requests. A subscriber that is full misses the message; with `noDrop` all wait for it.
 */
export class Xpub extends SocketType {
  override readonly commands: readonly string[] = ["SUBSCRIBE", "CANCEL"];
  readonly #subscribers = new Map<Pipe, Subscriber>();
  /** These decide which subscribers get a message. */
  readonly #subscriptions = new Subscriptions<Subscriber>();
  /** With `manual`: what the subscribers have asked for. */
  readonly #requests = new Subscriptions<Subscriber>();
  readonly #pending = new Backlog<Pending>();
  /** Whether the user receives messages: not from a PUB. */
  readonly #tells: boolean;

  #verboseSubscribe = false;
  #verboseCancel = false;
  #noDrop: boolean;
  #manual: boolean;
  /** With `manual`: a message goes only to the subscriber whose request was received last. */
  #toLast = false;
  #last: Subscriber | undefined;
  #welcome: Uint8Array;

  readonly #broadcast = new Broadcast();
  /** The subscribers that got the last message; and those of them that take no part in the broadcast. */
  #audience: readonly Subscriber[] = [];
  #others: readonly Subscriber[] = [];
  /** The last topic that was text, and its bytes. */
  #topic = "";
  #topicBytes: Uint8Array = EMPTY;
  /** With `noDrop`: the subscriber that was full, so that nothing could be sent. */
  #blocking: Subscriber | undefined;

  constructor(options: RoutingOptions, tells = true) {
    super(options);
    this.#tells = tells;
    this.#noDrop = options.noDrop ?? false;
    this.#manual = options.manual ?? false;
    this.#welcome = bytesOf(options.welcomeMessage ?? EMPTY);
    this.setOption("verbose", options.verbose ?? false);
    if (options.verboser) this.setOption("verboser", true);
  }

  attach(pipe: Pipe): void {
    const subscriber = new Subscriber(pipe);
    this.#subscribers.set(pipe, subscriber);
    this.#readAll(subscriber);
  }

  /** A subscriber is there. After a reconnect it asks for its topics anew. */
  override peerReady(pipe: Pipe): void {
    const subscriber = this.#subscribers.get(pipe);
    if (subscriber === undefined) return;
    if (subscriber.known) this.#forget(subscriber);
    subscriber.known = true;
    if (pipe.takesAll) this.#subscriptions.add(EMPTY, subscriber);
    if (this.#welcome.length > 0) pipe.write(this.#welcome);
  }

  readActivated(pipe: Pipe): void {
    const subscriber = this.#subscribers.get(pipe);
    if (subscriber !== undefined) this.#readAll(subscriber);
  }

  writeActivated(pipe: Pipe): void {
    const subscriber = this.#subscribers.get(pipe);
    if (subscriber === undefined) return;
    subscriber.full = false;
    this.#broadcast.cut(); // it may take part
    if (this.#blocking === subscriber) this.#blocking = undefined;
  }

  pipeTerminated(pipe: Pipe): void {
    const subscriber = this.#subscribers.get(pipe);
    if (subscriber === undefined) return;
    this.#subscribers.delete(pipe);
    subscriber.ended = true;
    this.#forget(subscriber);
    this.#broadcast.cut();
    this.#audience = [];
    this.#others = [];
    if (this.#blocking === subscriber) this.#blocking = undefined;
    if (this.#last === subscriber) this.#last = undefined;
  }

  override setOption(name: string, value: unknown): boolean {
    const on = value === true;
    switch (name) {
      case "verbose":
        this.#verboseSubscribe = on;
        this.#verboseCancel = false;
        return true;
      case "verboser":
        this.#verboseSubscribe = on;
        this.#verboseCancel = on;
        return true;
      case "noDrop":
        this.#noDrop = on;
        return true;
      case "manual":
        this.#manual = on;
        return true;
      case "manualLastValue":
        this.#manual = on;
        this.#toLast = on;
        return true;
      case "welcomeMessage":
        this.#welcome = Buffer.from(bytesOf(value as Frame));
        return true;
      case "subscribe":
        if (!this.#manual) return false;
        if (this.#last !== undefined) this.#subscriptions.add(bytesOf(value as Frame), this.#last);
        return true;
      case "unsubscribe":
        if (!this.#manual) return false;
        if (this.#last !== undefined) {
          this.#subscriptions.remove(bytesOf(value as Frame), this.#last);
        }
        return true;
      default:
        return false;
    }
  }

  // Messages to subscribers -------------------------------------------------------------------

  override send(message: Outgoing): boolean {
    const first = (Array.isArray(message) ? message[0] : message) as Frame;
    const audience = this.#audienceOf(this.#topicOf(first));
    if (audience.length === 0) return true;
    if (audience !== this.#audience) this.#address(audience);
    else if (this.#broadcast.over) this.#begin(audience);
    const others = this.#others;
    if (this.#noDrop && this.#isBlocked(others)) return false;
    let bytes: Outgoing | undefined;
    for (const subscriber of others) {
      if (subscriber.full) continue;
      bytes ??= others.length > 1 ? inBytes(message) : message; // once, and not for each
      if (!subscriber.pipe.write(bytes)) subscriber.full = true;
    }
    this.#broadcast.send(message);
    return true;
  }

  /** Begins to send to other subscribers. Only if the next message is for the same ones, they share its bytes. */
  #address(audience: readonly Subscriber[]): void {
    this.#broadcast.cut();
    this.#audience = audience;
    this.#others = audience;
  }

  #begin(audience: readonly Subscriber[]): void {
    this.#broadcast.begin();
    this.#others =
      audience.length === 1
        ? audience
        : audience.filter(({ full, pipe }) => full || !pipe.takePart?.(this.#broadcast));
  }

  /** True: without the message it is not known which subscribers would get it. But see `noDrop`. */
  override get hasOut(): boolean {
    return this.#blocking === undefined;
  }

  /** A message's topic as bytes. If it is text, it is mostly the same as in the last message. */
  #topicOf(first: Frame): Uint8Array {
    if (typeof first !== "string") return bytesOf(first);
    if (first !== this.#topic) {
      this.#topic = first;
      this.#topicBytes = Buffer.from(first);
    }
    return this.#topicBytes;
  }

  /** The subscribers that get a message: the same list as the last time if they are the same. */
  #audienceOf(message: Uint8Array): readonly Subscriber[] {
    let asked = this.#subscriptions.match(message);
    if (this.#manual && this.#toLast && this.#last !== undefined) {
      const last = this.#last;
      this.#last = undefined;
      asked = asked.filter((subscriber) => subscriber === last);
    }
    if (this.options.invertMatching !== true) return asked;
    const excluded = new Set(asked);
    return [...this.#subscribers.values()].filter((subscriber) => !excluded.has(subscriber));
  }

  /** Whether one of these subscribers is full. */
  #isBlocked(subscribers: readonly Subscriber[]): boolean {
    this.#blocking = subscribers.find(
      ({ full, pipe }) => !full && !pipe.writable && pipe.gone !== true,
    );
    return this.#blocking !== undefined;
  }

  // Messages from subscribers -----------------------------------------------------------------

  override receive(): Message | undefined {
    const pending = this.#pending.shift();
    if (pending === undefined) return undefined;
    const { message, isRequest, from } = pending;
    if (this.#manual && isRequest) this.#last = from?.ended ? undefined : from;
    if (from !== undefined) this.#readOn(from, sizeOf(message));
    return message;
  }

  /** The user has received `size` bytes of what a subscriber has sent. */
  #readOn(subscriber: Subscriber, size: number): void {
    const isHeld = subscriber.waiting >= MOST_WAITING;
    subscriber.waiting -= size;
    if (isHeld && !subscriber.ended) this.#readAll(subscriber);
  }

  override get hasIn(): boolean {
    return this.#pending.size > 0;
  }

  /** Reads all that a subscriber has sent; but if too much of it waits already, the rest has to wait in the pipe. */
  #readAll(subscriber: Subscriber): void {
    if (this.#blocking === subscriber) this.#blocking = undefined; // it may want less now
    while (subscriber.waiting < MOST_WAITING && !subscriber.ended) {
      const message = subscriber.pipe.read();
      if (message === undefined) return;
      if (!isRequest(message[0])) this.#pass(message, false, subscriber);
      else if (message.length === 1) this.#asked(subscriber, message[0] as Buffer);
      else for (const frame of message) this.#askedAmongOthers(subscriber, frame);
    }
  }

  /** As in libzmq, each frame of a message of several frames may be a request of its own. */
  #askedAmongOthers(subscriber: Subscriber, frame: Buffer): void {
    if (isRequest(frame)) this.#asked(subscriber, frame);
    else this.#pass([frame], false, subscriber);
  }

  /** A subscriber asks for a topic, or cancels it. */
  #asked(subscriber: Subscriber, request: Buffer): void {
    if (subscriber.ended) return;
    const topic = request.subarray(1);
    const subscribes = request[0] === SUBSCRIBE;
    if (this.#manual) {
      if (subscribes) this.#requests.add(topic, subscriber);
      else this.#requests.remove(topic, subscriber);
      if (this.#isTooMuch(subscriber)) return;
      this.#pass([request], true, subscriber);
    } else if (subscribes) {
      const first = this.#subscriptions.add(topic, subscriber);
      if (this.#isTooMuch(subscriber)) return;
      if (first || this.#verboseSubscribe) this.#pass([request], true, subscriber);
    } else {
      const last = this.#subscriptions.remove(topic, subscriber);
      if (last || this.#verboseCancel) this.#pass([request], true, subscriber);
    }
  }

  /** Disconnects a subscriber that asks for more than it may (`MOST_ASKED`). @returns whether it does */
  #isTooMuch(subscriber: Subscriber): boolean {
    const asked = this.#manual ? this.#requests : this.#subscriptions;
    if (asked.sizeOf(subscriber) <= MOST_ASKED) return false;
    subscriber.pipe.terminate();
    this.pipeTerminated(subscriber.pipe);
    return true;
  }

  /** Cancels what a subscriber has asked for: it is not there any more, or has reconnected. */
  #forget(subscriber: Subscriber): void {
    const cancel = (topic: Buffer): void => {
      const message = [Buffer.concat([Buffer.of(CANCEL), topic])];
      this.#pending.push({ message, isRequest: true, from: undefined });
    };
    if (!this.#tells) this.#subscriptions.removeAll(subscriber);
    else if (this.#manual) {
      this.#requests.removeAll(subscriber, cancel);
      this.#subscriptions.removeAll(subscriber);
    } else {
      this.#subscriptions.removeAll(subscriber, (topic, last) => {
        if (last || this.#verboseCancel) cancel(topic);
      });
    }
  }

  #pass(message: Message, isRequest: boolean, from: Subscriber): void {
    if (!this.#tells) return;
    this.#pending.push({ message, isRequest, from });
    from.waiting += sizeOf(message);
  }
}

/** How much memory a message takes, in bytes. */
function sizeOf(message: Message): number {
  return message.reduce((size, frame) => size + frame.length + FRAME_SIZE, 0);
}

function isRequest(frame: Buffer | undefined): boolean {
  const first = frame?.[0];
  return first === SUBSCRIBE || first === CANCEL;
}

/** The message with text as bytes. */
function inBytes(message: Outgoing): Outgoing {
  if (typeof message === "string") return Buffer.from(message);
  if (!Array.isArray(message)) return message;
  const frames = framesOf(message);
  return frames.some((frame) => typeof frame === "string") ? frames.map(bytesOf) : message;
}
