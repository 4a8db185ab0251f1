import { Heartbeat } from "./heartbeat.js";
import { AuthenticationError, type Mechanism } from "./mechanisms/mechanism.js";
import { messageOf, readCommand, readPing, writePing, writePong } from "./protocol/commands.js";
import { COMMAND, Decoder, MORE } from "./protocol/decoder.js";
import { Encoder } from "./protocol/encoder.js";
import {
  GREETING_SIZE,
  type Greeting,
  readGreeting,
  VERSIONED,
  writeGreeting,
} from "./protocol/greeting.js";
import {
  bytesOf,
  type Message,
  type Outgoing,
  ProtocolError,
  TimeoutError,
} from "./protocol/message.js";
import type { SessionOptions, SessionSink } from "./session-sink.js";
import type { Stream } from "./transports/transport.js";

/** The largest command of a handshake, in bytes: metadata itself has no limit. */
const HANDSHAKE_LIMIT = 65_536;

/**
 * One connection to a peer, from the greeting to the end (RFC 37): handshake, messages, heartbeats. It ends
 * when the peer disconnects.
 */
export class Session {
  readonly stream: Stream;
  /** The mechanism that both have agreed on; undefined before the greetings are exchanged. */
  mechanism: Mechanism | undefined;
  /** The second number of the peer's version: 3.1 has 1. */
  peerMinor = 0;
  ready = false;
  /** Whether we have ended the session, without a fault of the peer's. */
  left = false;

  readonly #sink: SessionSink;
  readonly #options: SessionOptions;
  readonly #decoder: Decoder;
  readonly #encoder = new Encoder();
  /** The beginning of the peer's greeting, until the rest has come. */
  #greeting: Buffer | undefined = Buffer.alloc(0);
  /** The rest of our greeting, until it is sent. */
  #unsaid: Buffer | undefined;
  /** The ZAP handler has a request of ours. */
  #asking = false;
  #ended = false;
  /** The peer has sent what it must not: do not read what follows. */
  #broken = false;
  #paused = false;
  /** The last write has not left yet. */
  #busy = false;
  #handshakeTimer: NodeJS.Timeout | undefined;
  readonly #heartbeat: Heartbeat;
  /** The answer to a PING. It waits until the last write has left. */
  #pong: Buffer | undefined;

  constructor(
    stream: Stream,
    options: SessionOptions,
    mechanism: { readonly name: string; readonly asServer: boolean },
    sink: SessionSink,
  ) {
    this.stream = stream;
    this.#options = options;
    this.#sink = sink;
    this.#decoder = new Decoder((body) => this.#command(body), HANDSHAKE_LIMIT);
    this.#heartbeat = new Heartbeat(options, {
      ping: (timeToLive) => this.#ping(timeToLive),
      gone: (error) => this.#end(error),
    });
    if (options.handshakeInterval > 0) {
      this.#handshakeTimer = setTimeout(() => {
        this.#end(new TimeoutError("the handshake took too long"));
      }, options.handshakeInterval).unref();
    }
    stream.open({
      data: (chunk, lent) => this.#data(chunk, lent),
      room: () => this.#decoder.room(),
      filled: (size) => this.#filled(size),
      drained: () => this.#drained(),
      heard: () => this.#heartbeat.heard(),
      closed: (error) => this.#end(error),
    });
    const greeting = writeGreeting(mechanism.name, mechanism.asServer);
    const first = stream.greets ? GREETING_SIZE : VERSIONED;
    this.#encoder.addRaw(greeting.subarray(0, first));
    this.#unsaid = greeting.subarray(first);
    this.flush();
  }

  // Messages ----------------------------------------------------------------------------------

  /** Whether the last write has left, so that you may write more. */
  get idle(): boolean {
    return this.ready && !this.#busy && !this.#ended;
  }

  /** How many bytes were added and not flushed. */
  get pending(): number {
    return this.#encoder.size;
  }

  /** Whether messages are not encrypted: then all peers get the same bytes. */
  get isPlain(): boolean {
    return this.mechanism?.encode === undefined;
  }

  /** Adds messages as bytes that were made for many peers. The session has to be plain (`isPlain`). */
  addEncoded(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#encoder.addRaw(piece);
  }

  /** Adds a message to what goes out with the next `flush`. */
  add(message: Outgoing): void {
    const { mechanism } = this;
    if (mechanism?.encode === undefined) {
      this.#encoder.add(message);
      return;
    }
    const frames = Array.isArray(message) ? (message as readonly (typeof message)[]) : [message];
    for (const [n, frame] of frames.entries()) {
      const more = n < frames.length - 1 ? MORE : 0;
      this.#encoder.add(mechanism.encode(more, bytesOf(frame as string)));
    }
  }

  addCommand(body: Buffer): void {
    const { mechanism } = this;
    if (mechanism?.encode !== undefined && mechanism.ready) {
      this.#encoder.add(mechanism.encode(COMMAND, body));
    } else this.#encoder.addCommand(body);
  }

  /** The next message; undefined if no whole one has come. If it is malformed, the session ends. */
  read(): Message | undefined {
    if (!this.ready || this.#broken) return undefined;
    try {
      const message = this.#decoder.next();
      if (message === undefined && this.#paused) this.#resume();
      return message;
    } catch (error) {
      this.#broken = true;
      this.#end(error as Error);
      return undefined;
    }
  }

  /** Whether there are bytes that are not made messages yet. */
  get hasMore(): boolean {
    return this.#decoder.hasMore;
  }

  /** Whether the session has stopped reading from the stream. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Stops reading from the stream, until you have read all that has come. */
  pause(): void {
    if (this.#paused || this.#ended) return;
    this.#paused = true;
    this.stream.pause();
    this.#heartbeat.heard();
  }

  /** Reads on after `pause`: you have read all that had come. */
  readOn(): void {
    if (this.#paused && this.ready) this.#resume();
  }

  #resume(): void {
    if (this.#ended) return;
    this.#paused = false;
    this.stream.resume();
  }

  // Bytes -------------------------------------------------------------------------------------

  #data(chunk: Buffer, lent = false): void {
    if (this.#ended) return;
    this.#heartbeat.heard();
    try {
      let rest = chunk;
      if (this.#greeting !== undefined) {
        const all = Buffer.concat([this.#greeting, chunk]);
        this.#greeting = all.subarray(0, GREETING_SIZE);
        const greeting = readGreeting(this.#greeting);
        if (this.#greeting.length >= VERSIONED) this.#sayAll();
        if (greeting === undefined) return;
        this.#greeting = undefined;
        rest = Buffer.from(all.subarray(GREETING_SIZE));
        this.#greeted(greeting);
      }
      this.#decoder.push(rest);
      this.#goOn();
      if (this.#asking && this.#decoder.waiting > HANDSHAKE_LIMIT) this.pause();
      if (lent) this.#decoder.keep();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  #filled(size: number): void {
    if (this.#ended) return;
    this.#heartbeat.heard();
    try {
      this.#decoder.filled(size);
      this.#goOn();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** Deals with what has come: it takes commands of the handshake, and leaves messages to the reader. */
  #goOn(): void {
    if (!this.ready && !this.#asking && this.#decoder.hasMore) {
      if (this.#decoder.next() !== undefined) throw tooEarly();
      if (!this.ready && this.#decoder.within) throw tooEarly();
    }
    const { mechanism } = this;
    if (!this.ready && !this.#ended && mechanism?.ready) this.#becomeReady(mechanism);
    if (this.ready && !this.#ended) this.#sink.readable();
  }

  /** Writes what was added. @returns whether all of it has left */
  flush(): boolean {
    if (this.#ended) return false;
    if (this.#encoder.size === 0) return !this.#busy;
    if (this.stream.write(this.#encoder.take())) {
      this.#encoder.reuse();
      return true;
    }
    this.#busy = true;
    return false;
  }

  #drained(): void {
    if (!this.#busy || this.#ended) return;
    this.#busy = false;
    if (this.#encoder.size > 0 && !this.flush()) return;
    this.#encoder.reuse();
    this.#answerPing();
    if (this.ready && !this.#busy) this.#sink.drained();
  }

  // Handshake ---------------------------------------------------------------------------------

  /**
   * Sends the rest of our greeting. libzmq sends all of its greeting when it has our version, and hangs up when it
   * reads that our mechanism is not its own. So we know its mechanism before it hangs up.
   */
  #sayAll(): void {
    if (this.#unsaid === undefined) return;
    this.#encoder.addRaw(this.#unsaid);
    this.#unsaid = undefined;
    this.flush();
  }

  #greeted(greeting: Greeting): void {
    this.peerMinor = greeting.minor;
    this.mechanism = this.#sink.mechanism(greeting, this.stream);
    const asked = this.mechanism.begin?.();
    if (asked === undefined) this.#speak();
    else this.#wait(asked);
  }

  /** Sends the commands of the handshake that are due now. */
  #speak(): void {
    const mechanism = this.mechanism as Mechanism;
    for (let body = mechanism.next(); body !== undefined; body = mechanism.next()) {
      this.#encoder.addCommand(body);
    }
    this.flush();
    if (mechanism.ready) this.#decoder.stop(); // what comes next is no command of the handshake
  }

  /** The handshake is done. The decoder is not at work, so that the sink may read at once. */
  #becomeReady(mechanism: Mechanism): void {
    clearTimeout(this.#handshakeTimer);
    this.ready = true;
    this.stream.trust?.();
    this.#decoder.limit(this.#options.maxMessageSize);
    this.#decoder.open = mechanism.decode?.bind(mechanism);
    try {
      this.#sink.ready(this);
    } catch (error) {
      this.ready = false; // the peer does not fit
      throw error;
    }
    // A peer of ZMTP 3.0 may know PING: libzmq knew it before it said 3.1.
    if (!this.#ended) this.#heartbeat.start();
  }

  #command(body: Buffer): Message | undefined {
    if (this.ready) return this.#traffic(body);
    // The frames so far would become a part of a later message, which may be encrypted.
    if (this.#decoder.within) throw tooEarly();
    const asked = this.mechanism?.received(body);
    if (asked === undefined) this.#speak();
    else this.#wait(asked);
    return undefined;
  }

  /** Looks at nothing until the answer is there. It reads on, to hear if the peer goes. */
  #wait(asked: Promise<void>): void {
    this.#asking = true;
    this.#decoder.stop();
    asked.then(
      () => this.#answered(),
      (error: Error) => this.#refuse(error),
    );
  }

  #answered(): void {
    this.#asking = false;
    if (this.#ended) return;
    try {
      this.#speak();
      this.#goOn();
      if (!this.#asking && !this.#decoder.hasMore) this.#resume();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** Tells the peer that it may not come in, if it may know, and ends the session. */
  #refuse(error: Error): void {
    if (this.#ended) return;
    const refusal =
      error instanceof AuthenticationError ? this.mechanism?.refusal?.(error) : undefined;
    if (refusal !== undefined) {
      this.#encoder.addCommand(refusal);
      this.flush();
    }
    this.#end(error, refusal !== undefined);
  }

  // Commands among messages -------------------------------------------------------------------

  /** @returns a message, if the command stands for one */
  #traffic(body: Buffer): Message | undefined {
    const command = readCommand(body);
    if (command.name !== "PING") {
      return this.#sink.commands.includes(command.name) ? messageOf(command) : undefined;
    }
    const { timeToLive, context } = readPing(command.data);
    // If something came behind the PING, that shows that the peer is alive.
    if (!this.#ended && !this.#decoder.hasMore) this.#heartbeat.pinged(timeToLive);
    this.#pong = writePong(context);
    if (!this.#busy) this.#answerPing();
    return undefined;
  }

  // Heartbeats --------------------------------------------------------------------------------

  /** Answers the last PING. A peer that does not read gets no more than one answer. */
  #answerPing(): void {
    if (this.#pong === undefined) return;
    this.addCommand(this.#pong);
    this.#pong = undefined;
    this.flush();
  }

  /** @returns whether to wait for an answer */
  #ping(timeToLive: number): boolean {
    if (this.#busy) return false; // it has not read the last one
    if (this.stream.ping !== undefined) this.stream.ping();
    else {
      this.addCommand(writePing(timeToLive));
      this.flush();
    }
    return !this.#paused;
  }

  // The end -----------------------------------------------------------------------------------

  /** Ends it when all that was written has left. */
  finish(): void {
    if (this.left) return;
    this.left = true;
    this.flush();
    this.stream.end();
  }

  /** Ends it at once, for this reason. */
  fail(error: Error): void {
    this.#end(error);
  }

  /** Ends it at once. */
  destroy(): void {
    this.left = true;
    this.#end(undefined);
  }

  /** @param writing the last write has still to leave */
  #end(error: Error | undefined, writing = false): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#handshakeTimer);
    this.#heartbeat.stop();
    if (writing) this.stream.end();
    else this.stream.destroy();
    try {
      this.#sink.ended(error, this.ready); // who reads what has come before
    } finally {
      this.mechanism?.close?.();
    }
  }
}

function tooEarly(): ProtocolError {
  return new ProtocolError("a message before the handshake is done");
}
