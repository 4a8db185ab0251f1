import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { nextTick } from "../clock.js";
import { readCommand, readMetadata, writeCommand, writeMetadata } from "../protocol/commands.js";
import { COMMAND, LONG, MORE } from "../protocol/decoder.js";
import { GREETING_SIZE, readGreeting, writeGreeting } from "../protocol/greeting.js";
import { ProtocolError } from "../protocol/message.js";
import { Outlet } from "./socket-stream.js";
import type { Stream, StreamSink } from "./transport.js";

/** The subprotocol of ZWS that has no handshake, but routing ids. */
export const NO_MECHANISM = "ZWS2.0";

/** Flags of a ZWS message (RFC 45, "Framing"). */
const ZWS_MORE = 1;
const ZWS_COMMAND = 2;
/** A flag that ZMTP does not have. */
const RESERVED = 0x80;
/** Where in a greeting the second number of its version stands. */
const MINOR_AT = 11;
/** Bodies of up to this many bytes go to the sink in one piece with their header. */
const COPIED = 4096;

/** In bytes: how much may come until a message of the handshake is whole, with what follows it in its chunk. */
const HANDSHAKE_LIMIT = 2 * 65_536 + 1024;

/** By our type: the type that we take a peer without a mechanism to have. Such peers do not tell theirs. */
const FITTING: Readonly<Record<string, string>> = {
  PAIR: "PAIR",
  PUB: "SUB",
  SUB: "PUB",
  XPUB: "SUB",
  XSUB: "PUB",
  REQ: "ROUTER",
  REP: "REQ",
  DEALER: "ROUTER",
  ROUTER: "DEALER",
  PULL: "PUSH",
  PUSH: "PULL",
  SERVER: "CLIENT",
  CLIENT: "SERVER",
  RADIO: "DISH",
  DISH: "RADIO",
  GATHER: "SCATTER",
  SCATTER: "GATHER",
};

/**
 * Makes a WebSocket look like a connection of ZMTP 3.0 (RFC 45, ZWS 2.0): frames become messages, and messages
 * frames. It makes up the peer's greeting as soon as ours is written, and the peer's READY if the subprotocol has
 * none.
 *
 * The version is 3.0 because over WebSockets libzmq sends subscriptions as messages, and no PING.
 */
export class ZwsStream implements Stream {
  readonly peerAddress: string;
  readonly greets = true;
  readonly address: string;
  readonly #socket: WebSocket;
  readonly #tcp: Socket;
  readonly #outlet: Outlet;
  readonly #frames = new FrameReader((flags, message) => this.#send(flags, message));
  /** There are routing ids instead of a handshake; and whether ours has yet to go, and the peer's to come. */
  readonly #bare: boolean;
  #idToGo: boolean;
  #idToCome: boolean;
  /** The peer's routing id, until our type is known: that decides which type we take the peer to have. */
  #peerId: Buffer | undefined;
  #type: string | undefined;
  #sink: StreamSink | undefined;
  /** Our greeting, as far as it is written; undefined when the peer's is on its way to the sink. */
  #greeting: Buffer | undefined = Buffer.alloc(0);
  /** The peer's bytes, as ZMTP, that the sink has not got yet. */
  readonly #held: Buffer[] = [];
  /** How many bytes have come since the last message, during the handshake. */
  #unread = 0;
  #paused = false;
  /** What the peer's last ping said. The answer waits until the last write has left. */
  #pong: Buffer | undefined;
  /** The peer has ended the connection. The sink hears of it after all that is held. */
  #ended = false;
  #over = false;

  /** @param bare whether the subprotocol has no mechanism */
  constructor(socket: WebSocket, tcp: Socket, address: string, bare: boolean) {
    this.#socket = socket;
    this.#tcp = tcp;
    this.address = address;
    this.peerAddress = tcp.remoteAddress ?? "";
    this.#bare = bare;
    this.#idToGo = bare;
    this.#idToCome = bare;
    this.#outlet = new Outlet(tcp, () => {
      this.#answerPing();
      if (!this.#over) this.#sink?.drained();
    });
    tcp.unref();
    socket.on("error", (error) => this.#close(protocolErrorOf(error)));
  }

  open(sink: StreamSink): void {
    this.#sink = sink;
    const socket = this.#socket;
    const ended = () => {
      this.#ended = true;
      this.#flow();
    };
    socket.on("close", ended);
    if (socket.readyState === socket.CLOSED) nextTick(ended);
    const heard = () => this.#sink?.heard?.();
    socket.on("ping", heard).on("pong", heard);
    socket.on("ping", (said: Buffer) => {
      this.#pong = said;
      this.#answerPing();
    });
    this.#tcp.on("data", this.#count);
    socket.on("message", (message: Buffer, isBinary: boolean) => {
      this.#unread = 0;
      if (this.#over) return;
      if (isBinary && message.length > 0) this.#received(message);
      else this.#close(new ProtocolError("a message that is none of ZWS"));
    });
  }

  // Out ---------------------------------------------------------------------------------------

  write(pieces: readonly Uint8Array[]): boolean {
    if (this.#over) return false;
    this.#tcp.cork();
    for (const piece of pieces) {
      this.#frames.push(this.#greeting === undefined ? piece : this.#greet(this.#greeting, piece));
    }
    this.#tcp.uncork();
    return this.#outlet.left();
  }

  /** Takes our greeting off, and answers it. @returns what follows */
  #greet(begun: Buffer, piece: Uint8Array): Buffer {
    const all = Buffer.concat([begun, piece]);
    this.#greeting = all.subarray(0, GREETING_SIZE);
    const ours = readGreeting(this.#greeting);
    if (ours !== undefined) {
      this.#greeting = undefined;
      const peers = writeGreeting(ours.mechanism, ours.mechanism !== "NULL" && !ours.asServer);
      peers[MINOR_AT] = 0;
      this.#held.unshift(peers);
      this.#flowLater();
    }
    return all.subarray(GREETING_SIZE);
  }

  /** @param message a byte for the flags, and a frame's body */
  #send(flags: number, message: Buffer): void {
    const isCommand = (flags & COMMAND) !== 0;
    let sent = message;
    if (isCommand && this.#bare) {
      const { name, data } = readCommand(message.subarray(1));
      if (!this.#idToGo || name !== "READY") return; // there are no commands
      this.#idToGo = false;
      const metadata = readMetadata(data);
      this.#type = String(metadata.get("socket-type"));
      this.#introduce();
      sent = Buffer.concat([Buffer.of(0), metadata.get("identity") ?? Buffer.alloc(0)]);
    } else sent[0] = ((flags & MORE) !== 0 ? ZWS_MORE : 0) | (isCommand ? ZWS_COMMAND : 0);
    this.#socket.send(sent);
  }

  // In ----------------------------------------------------------------------------------------

  /** Until the handshake is done no message may be large: the package puts it together before it reports it. */
  readonly #count = (chunk: Buffer): void => {
    this.#unread += chunk.length;
    if (this.#unread > HANDSHAKE_LIMIT)
      this.#close(new ProtocolError("a handshake that is too large"));
  };

  trust(): void {
    this.#tcp.removeListener("data", this.#count);
  }

  ping(): void {
    if (!this.#over) this.#socket.ping();
  }

  /** Answers the last ping. A peer that does not read gets no more than one answer. */
  readonly #answerPing = (): void => {
    const pong = this.#pong;
    if (pong === undefined || this.#over || this.#tcp.writableLength > 0) return;
    this.#pong = undefined;
    this.#socket.pong(pong, undefined, this.#answerPing);
  };

  #received(message: Buffer): void {
    const flags = message[0] as number;
    const body = message.subarray(1);
    if (this.#idToCome) {
      this.#idToCome = false;
      this.#peerId = body;
      this.#introduce();
      return;
    }
    const header = writeHeader(zmtpFlags(flags), body.length);
    if (body.length > COPIED) {
      this.#hand(header);
      this.#hand(body);
    } else this.#hand(Buffer.concat([header, body]));
  }

  /** Makes up the peer's READY when its routing id has come and our type is known. */
  #introduce(): void {
    if (this.#peerId === undefined || this.#type === undefined) return;
    const properties = { "Socket-Type": FITTING[this.#type] ?? "", Identity: this.#peerId };
    const body = writeCommand("READY", writeMetadata(properties));
    this.#held.unshift(Buffer.concat([writeHeader(COMMAND, body.length), body]));
    this.#peerId = undefined;
    this.#flowLater();
  }

  #hand(chunk: Buffer): void {
    if (this.#over) return;
    if (this.#held.length > 0 || this.#isHeldUp) this.#held.push(chunk);
    else this.#sink?.data(chunk);
  }

  get #isHeldUp(): boolean {
    return this.#paused || this.#greeting !== undefined || this.#peerId !== undefined;
  }

  #flowLater(): void {
    nextTick(() => this.#flow());
  }

  #flow(): void {
    while (!this.#over && !this.#isHeldUp) {
      const chunk = this.#held.shift();
      if (chunk === undefined) break;
      this.#sink?.data(chunk);
    }
    if (this.#ended && (this.#held.length === 0 || !this.#paused)) this.#close(undefined);
  }

  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (this.#over) return;
    this.#paused = false;
    this.#flowLater();
    this.#socket.resume();
  }

  // The end -----------------------------------------------------------------------------------

  destroy(): void {
    this.#over = true;
    this.#socket.terminate();
  }

  end(): void {
    if (this.#over) return;
    this.#socket.close();
    this.#tcp.destroySoon();
  }

  #close(error: Error | undefined): void {
    if (this.#over || this.#sink === undefined) return;
    this.#over = true;
    this.#socket.terminate();
    this.#sink.closed(error);
  }
}

/** The package's errors tell that the peer does not keep to the protocol; others are the system's. */
function protocolErrorOf(error: NodeJS.ErrnoException): Error {
  return error.code?.startsWith("WS_ERR_") ? new ProtocolError(error.message) : error;
}

/** The flags of a ZMTP frame. If there are no such flags, the decoder refuses the frame, in its turn. */
function zmtpFlags(flags: number): number {
  if (flags > (ZWS_MORE | ZWS_COMMAND)) return RESERVED;
  return ((flags & ZWS_MORE) !== 0 ? MORE : 0) | ((flags & ZWS_COMMAND) !== 0 ? COMMAND : 0);
}

/** The beginning of a ZMTP frame. */
function writeHeader(flags: number, size: number): Buffer {
  if (size < 256) return Buffer.of(flags, size);
  const header = Buffer.alloc(9);
  header[0] = flags | LONG;
  header.writeBigUInt64BE(BigInt(size), 1);
  return header;
}

/** Cuts what an encoder made into frames. */
class FrameReader {
  readonly #frame: (flags: number, message: Buffer) => void;
  #header: number[] = [];
  /** The current frame: a free byte, and the body; and how much of it is there. */
  #message: Buffer | undefined;
  #at = 0;

  /** @param frame called with each frame: a free byte, and the body */
  constructor(frame: (flags: number, message: Buffer) => void) {
    this.#frame = frame;
  }

  push(piece: Uint8Array): void {
    for (let from = 0; from < piece.length; ) {
      if (this.#message === undefined) {
        this.#header.push(piece[from] as number);
        from += 1;
        this.#begin();
        continue;
      }
      const end = Math.min(piece.length, from + this.#message.length - this.#at);
      this.#message.set(piece.subarray(from, end), this.#at);
      this.#at += end - from;
      from = end;
      this.#finish();
    }
  }

  /** Sets memory aside as soon as the size is known. */
  #begin(): void {
    const [flags = 0, ...size] = this.#header;
    if (size.length < ((flags & LONG) !== 0 ? 8 : 1)) return;
    this.#message = Buffer.allocUnsafe(1 + size.reduce((sum, byte) => sum * 256 + byte, 0));
    this.#at = 1;
    this.#finish();
  }

  #finish(): void {
    const message = this.#message;
    if (message === undefined || this.#at < message.length) return;
    const [flags = 0] = this.#header;
    this.#message = undefined;
    this.#header = [];
    this.#frame(flags, message);
  }
}
