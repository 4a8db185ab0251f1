/** The `zeromq` package: only this module loads it. */

import type { Context, Socket } from "zeromq";
import { hasIPv6Address } from "../../endpoint.js";
import { ZmqOptionError } from "../../errors.js";
import type { OptionEntry } from "../../options.js";
import { SOCKET_TYPES, type SocketTypeName } from "../../socket-type.js";
import type { Frame, MessageMeta } from "../engine.js";
import { require } from "../require.js";

export type { Context, Observer } from "zeromq";

/** Socket options that the engine itself uses. */
export const EVENTS = 15;
export const LINGER = 17;
export const RCVTIMEO = 27;
export const SNDTIMEO = 28;
export const IPV6 = 42;

/** The bits of EVENTS. */
export const POLLIN = 1;
export const POLLOUT = 2;

/**
 * The binding warns if an option is set on a socket in use. These take effect at once (ZMQ_XPUB_MANUAL, and
 * its _LAST_VALUE), or are meant for the next bind.
 */
const WITHOUT_WARNING: ReadonlySet<number> = new Set([71, 98, IPV6]);

/** A message without frames: sends nothing, but makes the binding look at the socket. */
const NO_FRAMES: readonly Frame[] = [];
const NO_META: MessageMeta = { routingId: 0, group: "" };

/** A socket of any type, with the binding's methods for all types and for some. */
export interface NativeSocket extends Socket {
  send(frames: unknown, meta?: MessageMeta): Promise<void>;
  receive(): Promise<unknown[]>;
  join(group: string): void;
  leave(group: string): void;
  /** Sends a message, with the properties that its type sends beside the frames. */
  transmit(frames: Frame | readonly Frame[], meta: MessageMeta | undefined): Promise<void>;
  /** Waits as a send does, for SNDTIMEO at most, until the socket is writable; then looks for a receive. */
  transmitNothing(): Promise<void>;
  setOption(entry: OptionEntry, value: unknown): void;
  setNumber(option: number, value: number): void;
  getNumber(option: number): number;
  /**
   * Binds, connects or removes an address. An IPv6 address needs ZMQ_IPV6, which is set for this address alone:
   * it changes the meaning of host names and wildcards.
   */
  at(address: string, act: () => void): void;
}

type Package = typeof import("zeromq");

interface Kind {
  readonly prototype: NativeSocket;
  new (type: SocketTypeName, zmqContext: Context): NativeSocket;
}

/** The package, with its sockets as the library wants them. */
interface Binding extends Package {
  readonly NativeSocket: Kind;
  readonly NativeSocketWithMeta: Kind;
}

let loaded: Binding | undefined;

/**
 * Loads the package at the first use of this engine. If another engine is used, the package may be missing, or
 * have no binary for the machine.
 *
 * @throws {ZmqOptionError} if it cannot be loaded
 */
export function binding(): Binding {
  loaded ??= extend(load());
  return loaded;
}

function load(): Package {
  try {
    return require("zeromq") as Package;
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    throw new ZmqOptionError(
      "engine",
      `the package zeromq cannot be loaded (${why}); TX0MQ_ENGINE=zmtp does without it: npm install @tx0mq/zmtp`,
    );
  }
}

function extend(zeromq: Package): Binding {
  class NativeSocket extends zeromq.Socket {
    declare send: (frames: unknown, meta?: MessageMeta) => Promise<void>;
    declare receive: () => Promise<unknown[]>;
    declare join: (group: string) => void;
    declare leave: (group: string) => void;

    constructor(type: SocketTypeName, zmqContext: Context) {
      super(SOCKET_TYPES[type] as number, { context: zmqContext });
    }

    transmit(frames: Frame | readonly Frame[], _meta: MessageMeta | undefined): Promise<void> {
      return this.send(frames);
    }

    transmitNothing(): Promise<void> {
      return this.transmit(NO_FRAMES, undefined);
    }

    setOption(entry: OptionEntry, value: unknown): void {
      const { emitWarning } = process;
      if (WITHOUT_WARNING.has(entry.id)) process.emitWarning = () => undefined;
      try {
        this.#set(entry, value);
      } finally {
        process.emitWarning = emitWarning;
      }
    }

    #set(entry: OptionEntry, value: unknown): void {
      switch (entry.kind) {
        case "bool":
          this.setBoolOption(entry.id, value as boolean);
          break;
        case "int32":
          this.setInt32Option(entry.id, value as number);
          break;
        case "int64":
          this.setInt64Option(entry.id, value as number);
          break;
        case "uint64":
          this.setUint64Option(entry.id, value as number);
          break;
        case "bytes":
          this.setStringOption(entry.id, typeof value === "string" ? value : asBuffer(value));
      }
    }

    setNumber(option: number, value: number): void {
      this.setInt32Option(option, value);
    }

    getNumber(option: number): number {
      return this.getInt32Option(option);
    }

    at(address: string, act: () => void): void {
      const alone = hasIPv6Address(address) && !this.getBoolOption(IPV6);
      const entry = { id: IPV6, kind: "bool" } as const;
      if (alone) this.setOption(entry, true);
      try {
        act();
      } finally {
        if (alone) this.setOption(entry, false);
      }
    }
  }

  /** A socket that needs more than the frames of a message. */
  class NativeSocketWithMeta extends NativeSocket {
    override transmit(
      frames: Frame | readonly Frame[],
      meta: MessageMeta | undefined,
    ): Promise<void> {
      return this.send(frames, meta ?? NO_META);
    }
  }

  return { ...zeromq, NativeSocket, NativeSocketWithMeta };
}

export function openSocket(type: SocketTypeName, zmqContext: Context): NativeSocket {
  const { NativeSocket, NativeSocketWithMeta } = binding();
  const Kind = type === "SERVER" || type === "RADIO" ? NativeSocketWithMeta : NativeSocket;
  return new Kind(type, zmqContext);
}

function asBuffer(value: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}
