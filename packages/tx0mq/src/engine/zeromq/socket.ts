import {
  endpointError,
  errnoOf,
  socketError,
  ZmqAddressInUseError,
  ZmqOptionError,
} from "../../errors.js";
import { type OptionEntry, optionEntry } from "../../options.js";
import type { SocketTypeName } from "../../socket-type.js";
import type { EngineSink, EngineSocket, Frame, MessageMeta } from "../engine.js";
import { type Context, EVENTS, type NativeSocket, openSocket, POLLIN } from "./binding.js";
import { Closing } from "./closing.js";
import { canOpenFiles, outOfDescriptors } from "./descriptors.js";
import type { Inproc, InprocSocket } from "./inproc.js";
import { listensAt } from "./ipc.js";
import { Monitor } from "./monitor.js";
import { Reader } from "./reader.js";
import { Signals } from "./signals.js";
import { closed } from "./threads.js";
import { neverRefuses, Writer } from "./writer.js";

const SNDHWM = 23;
const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const XPUB_MANUAL_LAST_VALUE = 98;
const RUNTIME_OPTIONS: ReadonlyMap<string, OptionEntry> = new Map([
  ["subscribe", { id: SUBSCRIBE, kind: "bytes" }],
  ["unsubscribe", { id: UNSUBSCRIBE, kind: "bytes" }],
  ["manualLastValue", { id: XPUB_MANUAL_LAST_VALUE, kind: "bool" }],
]);

/** How many file descriptors a bind takes. */
const DESCRIPTORS = 2;

/** A socket of the `zeromq` package, as the library wants it. */
export class ZeromqSocket implements EngineSocket, InprocSocket {
  readonly type: SocketTypeName;
  readonly #native: NativeSocket;
  readonly #signals: Signals;
  readonly #reader: Reader;
  readonly #writer: Writer;
  readonly #monitor: Monitor;
  readonly #closing: Closing;
  readonly #inproc: Inproc;
  readonly #immediate: boolean;
  /** All inproc addresses that it has ever bound or connected to, each once. */
  readonly inprocAddresses: string[] = [];
  /** All other addresses that it is bound or connected to, and whether it ever was to any. */
  readonly #elsewhere = new Set<string>();
  #beyondInproc = false;

  constructor(
    type: SocketTypeName,
    zmqContext: Context,
    inproc: Inproc,
    options: Readonly<Record<string, unknown>>,
    sink: EngineSink,
    ended: () => void,
  ) {
    this.type = type;
    this.#inproc = inproc;
    this.#immediate = options.immediate === true;
    let native: NativeSocket;
    try {
      native = openSocket(type, zmqContext);
    } catch (error) {
      throw socketError(error, `cannot open a ${type} socket`);
    }
    this.#native = native;
    try {
      for (const [name, value] of Object.entries(options)) this.setOption(name, value);
      // What a SUB sends is subscriptions. libzmq would lose those above the mark, again at each reconnect.
      if (type === "SUB") native.setNumber(SNDHWM, 0);
    } catch (error) {
      native.close();
      throw error;
    }
    this.#signals = new Signals(native);
    const maxMessageSize = typeof options.maxMessageSize === "number" ? options.maxMessageSize : -1;
    this.#reader = new Reader(type, native, this.#signals, sink, maxMessageSize);
    this.#writer = new Writer(native, this.#signals, sink, neverRefuses(type, options));
    this.#monitor = new Monitor(native, this.#signals, sink, type === "STREAM");
    this.#closing = new Closing(this, native, this.#signals, this.#monitor, inproc, ended);
  }

  // Addresses and options ---------------------------------------------------------------------

  bind(address: string): string {
    try {
      this.#checkTransport(address);
      if (listensAt(address)) throw new ZmqAddressInUseError(address, "EADDRINUSE");
      // If libzmq had too few descriptors to look for the interface, it would abort the process.
      if (!canOpenFiles(DESCRIPTORS)) throw outOfDescriptors(`cannot use ${address}`);
      this.#native.at(address, () => this.#native.bindSync(address));
      const last = this.#native.lastEndpoint ?? address;
      const bound = last.includes("://") ? last : `udp://${last}`; // which libzmq leaves out
      if (this.#use(bound)) this.#inproc.bound(bound, this);
      return bound;
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#signals.wakeWaiting();
    }
  }

  connect(address: string, whenBound = this.#immediate): void {
    // libzmq aborts the process if a ROUTER's connection is over before one is bound. A ROUTER cannot use it anyway.
    const waits = (whenBound || this.type === "ROUTER") && address.startsWith("inproc://");
    if (waits && this.#inproc.connectLater(address, this)) return;
    try {
      this.#checkTransport(address);
      this.#native.at(address, () => this.#native.connect(address));
      if (this.#use(address)) this.#inproc.connected(address, this);
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#signals.wakeWaiting();
    }
  }

  /** libzmq takes any transport for a DGRAM, and then mangles the messages. */
  #checkTransport(address: string): void {
    if (this.type !== "DGRAM" || address.startsWith("udp://")) return;
    throw Object.assign(new Error("a DGRAM uses UDP"), { code: "ENOCOMPATPROTO" });
  }

  /** Remembers an address. @returns whether it is one of inproc */
  #use(address: string): boolean {
    if (!address.startsWith("inproc://")) {
      this.#beyondInproc = true;
      this.#elsewhere.add(address);
      return false;
    }
    if (!this.inprocAddresses.includes(address)) this.inprocAddresses.push(address);
    return true;
  }

  remove(address: string): void {
    if (this.#inproc.connectNoMore(this, [address]).length > 0) return;
    try {
      this.#native.at(address, () => this.#native.disconnect(address)); // zmq_unbind and zmq_disconnect are one and the same
      this.#elsewhere.delete(address);
      this.#inproc.unbound(address, this);
    } catch (error) {
      throw endpointError(error, address);
    } finally {
      this.#signals.wakeWaiting();
    }
  }

  setOption(name: string, value: unknown): void {
    const entry = RUNTIME_OPTIONS.get(name) ?? optionEntry(this.type, name, value);
    try {
      this.#native.setOption(entry, value);
    } catch (error) {
      if (errnoOf(error) !== "EINVAL") throw socketError(error, `cannot set ${name}`);
      throw new ZmqOptionError(
        name,
        `libzmq does not take ${typeof value === "number" ? value : "the value"}`,
        "EINVAL",
      );
    }
  }

  joinGroup(group: string): void {
    this.#changeGroup("join", group);
  }

  leaveGroup(group: string): void {
    this.#changeGroup("leave", group);
  }

  #changeGroup(change: "join" | "leave", group: string): void {
    try {
      this.#native[change](group);
    } catch (error) {
      throw socketError(error, `cannot ${change} the group ${JSON.stringify(group)}`);
    }
  }

  // Messages ----------------------------------------------------------------------------------

  get readable(): boolean {
    const { messageAwaited, closed } = this.#signals;
    if (messageAwaited || closed) return false; // what arrives is on its way to the sink
    const { readable } = this.#native;
    this.#signals.wakeWaiting();
    return readable;
  }

  get writable(): boolean {
    if (this.#writer.waits || this.#signals.closed) return false; // else the wait were over
    const { writable } = this.#native;
    this.#signals.wakeWaiting();
    return writable;
  }

  send(frames: Frame | readonly Frame[], meta?: MessageMeta): Promise<void> | undefined {
    return this.#writer.send(frames, meta);
  }

  whenWritable(): Promise<void> {
    return this.#writer.whenWritable();
  }

  read(): void {
    this.#reader.start();
  }

  monitor(): void {
    this.#monitor.start();
  }

  // The end -----------------------------------------------------------------------------------

  processCommands(): boolean {
    // If the binding waits for messages, it looks by itself, and there are none.
    if (this.#signals.closed || this.#signals.messageAwaited) return false;
    if (this.#writer.waits) return true;
    // When it is not their turn to receive, REQ and REP do not look.
    const { type } = this;
    return (this.#native.getNumber(EVENTS) & POLLIN) !== 0 || type === "REQ" || type === "REP";
  }

  leave(): void {
    for (const address of this.#elsewhere) {
      try {
        this.remove(address);
      } catch {
        // libzmq does not find an address of udp:// again: it goes when the socket is closed.
      }
    }
  }

  close(linger: number): Promise<void> {
    this.#inproc.connectNoMore(this);
    return this.#closing.close(linger, this.#beyondInproc);
  }

  closeAtOnce(): void {
    this.#closing.closeAtOnce();
    closed(this.#closing);
  }
}
