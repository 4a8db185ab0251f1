import type { EngineEvent, EngineSink, EngineSocket } from "tx0mq";
import {
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  turn,
} from "./clock.js";
import type { Connection } from "./connection.js";
import type { Context } from "./context.js";
import type { Endpoint, EndpointHost } from "./endpoints.js";
import type { Mechanism } from "./mechanisms/mechanism.js";
import { chooseMechanism, type MechanismChoice } from "./mechanisms/mechanisms.js";
import { checkPeerType, ownMetadata } from "./peers.js";
import type { Greeting } from "./protocol/greeting.js";
import type { Message, Outgoing } from "./protocol/message.js";
import type { RemotePipe } from "./remote-pipe.js";
import { checkOptions, number, type Options } from "./settings.js";
import type { Pipe } from "./sockets/pipe.js";
import { type Meta, SocketError, type SocketType } from "./sockets/socket.js";
import { createSocketType, type SocketTypeName } from "./sockets/types.js";
import { bindEndpoint, checkTransport, connectEndpoint } from "./transport-endpoints.js";
import { parseAddress } from "./transports/address.js";
import type { Stream } from "./transports/transport.js";
import { runDue, Stretch } from "./turn.js";

/** In ms: while the library waits for room, how often the socket checks that it still does. */
const LOOK_AGAIN = 500;
/** These types ignore a connect to an address that they have already, but over inproc (zmq_connect). */
const CONNECT_ONCE: ReadonlySet<SocketTypeName> = new Set(["DEALER", "SUB", "PUB", "REQ"]);

/** A socket: the routing of its type, the endpoints where its peers come from, and the library above it. */
export class ZmtpSocket implements EngineSocket, EndpointHost {
  readonly name: SocketTypeName;
  readonly options: Options;
  readonly type: SocketType;
  readonly mechanism: MechanismChoice;
  readonly #context: Context;
  readonly #sink: EngineSink;
  /** By the address that is bound or connected to. One address has several if you connect to it twice. */
  readonly #endpoints = new Map<string, Endpoint[]>();
  /** Endpoints that were removed and still have something to send. */
  readonly #leaving = new Set<Endpoint>();

  /** The socket hands messages to the sink as they come. */
  #reading = false;
  /** Reading goes on in the next turn of the event loop. */
  #deferred = false;
  /** A call from above is running: tell the sink nothing until it returns. */
  #calling = false;
  #isChangedSoon = false;
  #isEndingSoon = false;
  /** `#drain` runs, or is about to. */
  #draining = false;
  readonly #stretch = new Stretch();
  /** Pipes that have stopped reading from their peers, until all that has come is read. */
  readonly #held = new Set<RemotePipe>();
  #room: { promise: Promise<void>; found: () => void; look: NodeJS.Timeout } | undefined;
  /** How many peers are there, over all transports that have connections. */
  peerCount = 0;
  #monitored = false;
  #events: EngineEvent[] = [];
  #closing: { resolve: () => void; timer: NodeJS.Timeout | undefined } | undefined;
  #closed: Promise<void> | undefined;

  constructor(context: Context, name: SocketTypeName, options: Options, sink: EngineSink) {
    const { plainPassword, curveSecretKey, ...shown } = options;
    this.name = name;
    this.options = shown; // who prints a socket prints no secret
    this.#context = context;
    this.#sink = sink;
    checkOptions(options);
    this.mechanism = chooseMechanism(options);
    this.type = createSocketType(name, shown);
  }

  // Addresses and options ---------------------------------------------------------------------

  bind(address: string): string {
    return this.#call(() => this.#bind(address));
  }

  #bind(address: string): string {
    const { transport, place } = parseAddress(address);
    if (transport === "inproc") {
      checkTransport(this, "bind", transport);
      this.#keep(address, this.#context.inproc.bind(place, this));
      return address;
    }
    const endpoint = bindEndpoint(this, transport, place);
    this.#keep(endpoint.address, endpoint);
    return endpoint.address;
  }

  connect(address: string, whenBound = this.options.immediate === true): void {
    this.#call(() => this.#connect(address, whenBound));
  }

  #connect(address: string, whenBound: boolean): void {
    const { transport, place } = parseAddress(address);
    if (transport === "inproc") {
      checkTransport(this, "connect", transport);
      this.#keep(address, this.#context.inproc.connect(place, this, whenBound));
    } else if (!CONNECT_ONCE.has(this.name) || !this.#endpoints.has(address)) {
      this.#keep(address, connectEndpoint(this, transport, place, address));
    }
  }

  #keep(address: string, endpoint: Endpoint): void {
    const there = this.#endpoints.get(address);
    if (there === undefined) this.#endpoints.set(address, [endpoint]);
    else there.push(endpoint);
  }

  remove(address: string): void {
    const there = this.#endpoints.get(address) ?? [];
    const endpoint = there.pop();
    if (endpoint === undefined) throw new SocketError("ENOENT", "there is no such endpoint");
    if (there.length === 0) this.#endpoints.delete(address);
    void endpoint.stop();
    this.#call(() => endpoint.remove());
    for (const one of this.#leaving) if (one.over) this.#leaving.delete(one);
    if (!endpoint.over) this.#leaving.add(endpoint);
  }

  setOption(name: string, value: unknown): void {
    if (!this.#call(() => this.type.setOption(name, value))) {
      throw new SocketError("EINVAL", `a ${this.name} socket that is in use does not take ${name}`);
    }
  }

  joinGroup(group: string): void {
    this.#call(() => this.type.joinGroup(group));
  }

  leaveGroup(group: string): void {
    this.#call(() => this.type.leaveGroup(group));
  }

  /** Runs a call from above. The sink hears of changes soon after the call, and never within it. */
  #call<T>(run: () => T): T {
    this.#calling = true;
    try {
      return run();
    } finally {
      this.#calling = false;
      this.#changedSoon();
    }
  }

  #changedSoon(): void {
    if (this.#isChangedSoon) return;
    this.#isChangedSoon = true;
    queueMicrotask(this.#changedNow);
  }

  readonly #changedNow = (): void => {
    this.#isChangedSoon = false;
    this.changed();
  };

  // For endpoints -----------------------------------------------------------------------------

  createMechanism(peer: Greeting, stream: Stream): Mechanism {
    this.mechanism.check(peer);
    return this.mechanism.create({
      metadata: ownMetadata(this.name, this.options),
      authenticate: this.#context.zap.authenticator(
        this.options,
        this.mechanism.name,
        stream.peerAddress,
      ),
    });
  }

  checkPeer(session: Connection): void {
    checkPeerType(this.name, session);
  }

  /** Whether messages are taken as they come. */
  get reading(): boolean {
    return this.#reading && !this.#closed;
  }

  readActivated(pipe: Pipe): void {
    this.type.readActivated(pipe);
    this.changed();
  }

  writeActivated(pipe: Pipe): void {
    this.type.writeActivated(pipe);
    this.changed();
  }

  held(pipe: RemotePipe): void {
    this.#held.add(pipe);
  }

  pipeTerminated(pipe: Pipe): void {
    this.#held.delete(pipe as RemotePipe);
    this.type.pipeTerminated(pipe);
    this.changed();
  }

  /** There may be new messages, or new room. */
  changed(): void {
    if (this.#calling) {
      this.#changedSoon();
      return;
    }
    if (this.#closing !== undefined) this.#endSoon();
    if (this.#closed !== undefined) return;
    if (this.#reading && !this.#draining && !this.#deferred) {
      this.#stretch.begin();
      this.#drain();
    }
    if (this.#room !== undefined && this.type.hasOut) this.#foundRoom();
  }

  backlog(pipe: Pipe): void {
    this.#context.lingers(pipe, number(this.options, "lingerPeriod", -1));
  }

  relieved(pipe: Pipe): void {
    this.#context.relieved(pipe);
  }

  emptied(): void {
    if (this.#closing !== undefined || this.#leaving.size > 0) this.#endSoon();
  }

  /** Goes on with what is to end, once in a turn: a thousand peers may be rid of their messages, or go, in the same. */
  #endSoon(): void {
    if (this.#isEndingSoon) return;
    this.#isEndingSoon = true;
    setImmediate(() => {
      this.#isEndingSoon = false;
      if (this.#closing !== undefined) this.#closeOn();
      else this.#leaveOn();
    });
  }

  #leaveOn(): void {
    for (const endpoint of this.#leaving) {
      if (endpoint.over) this.#leaving.delete(endpoint);
      else endpoint.remove();
    }
  }

  event(event: EngineEvent): void {
    if (!this.#monitored) return;
    if (this.#events.length === 0) queueMicrotask(() => this.#tell());
    this.#events.push(event);
  }

  #tell(): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#sink.event(event);
  }

  countPeers(change: 1 | -1): void {
    this.peerCount += change;
    queueMicrotask(() => this.#sink.peersChanged());
  }

  // Messages ----------------------------------------------------------------------------------

  get readable(): boolean {
    const reads = this.#reading && !this.#deferred; // where there was no time, there may be one
    return !reads && this.#closed === undefined && this.type.hasIn;
  }

  get writable(): boolean {
    return this.#closed === undefined && this.type.hasOut;
  }

  send(frames: Outgoing, meta?: Meta): Promise<void> | undefined {
    if (this.#room === undefined && this.#sendNow(frames, meta)) return undefined;
    return Promise.resolve().then(() => this.#sink.full());
  }

  #sendNow(frames: Outgoing, meta: Meta | undefined): boolean {
    this.#calling = true;
    try {
      return this.type.send(frames, meta);
    } finally {
      this.#calling = false;
      // A REP that has answered may read on.
      if (this.#reading && !this.#draining && this.type.hasIn) this.#changedSoon();
    }
  }

  read(): void {
    if (this.#reading || this.#closed !== undefined) return;
    this.#reading = true;
    this.#context.alive.hold();
    if (this.#draining || this.#deferred || !this.type.hasIn) return;
    this.#draining = true;
    this.#stretch.begin();
    queueMicrotask(this.#drainLater);
  }

  take(): Message | undefined {
    if (this.#reading || this.#deferred || this.#closed !== undefined) return undefined;
    return this.type.receive();
  }

  get meta(): Meta | undefined {
    return this.type.meta;
  }

  rest(): void {
    if (!this.#reading) return;
    this.#reading = false;
    this.#context.alive.release();
    for (const pipe of this.#held) pipe.settleSoon();
    this.#held.clear();
  }

  readonly #drainLater = (): void => {
    this.#draining = false;
    if (this.#reading) this.#drain();
  };

  #drain(): void {
    if (!this.#sink.wantsMore()) {
      this.rest();
      return;
    }
    this.#draining = true;
    while (this.#reading) {
      if (!this.#sink.hasTime()) {
        this.#deferred = true;
        this.#sink.nextTurn(this.#drainOn);
        break;
      }
      if (!this.#receiveOne()) break;
      if (this.#stretch.isLong) {
        queueMicrotask(this.#drainBehind);
        return;
      }
    }
    this.#draining = false;
  }

  /** Goes on when the code that waited for messages has run, and what it has sent has left. */
  readonly #drainBehind = (): void => {
    runDue();
    this.#drainLater();
  };

  /** Goes on in a later turn: receives one message, and more if there is time. */
  readonly #drainOn = (): void => {
    this.#deferred = false;
    if (!this.#reading || !this.#sink.wantsMore()) {
      this.rest();
      return;
    }
    this.#draining = true;
    const more = this.#receiveOne();
    this.#draining = false;
    if (more) this.#drain();
  };

  /** Hands one message over. @returns whether to go on */
  #receiveOne(): boolean {
    const message = this.type.receive();
    if (message === undefined) {
      this.#held.clear(); // all was read
      return false;
    }
    // A REP or REQ that has received may send.
    if (this.#room !== undefined && this.type.hasOut) this.#foundRoom();
    if (this.#sink.received(message, this.type.meta)) return true;
    this.rest();
    return false;
  }

  whenWritable(): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(new SocketError("ETERM", "closed"));
    if (this.type.hasOut) return Promise.resolve();
    if (this.#room === undefined) {
      let found = (): void => undefined;
      const promise = new Promise<void>((resolve) => {
        found = resolve;
      });
      const look = setInterval(() => {
        if (!this.#sink.wantsRoom()) this.#foundRoom();
      }, LOOK_AGAIN);
      this.#room = { promise, found, look };
    }
    return this.#room.promise;
  }

  #foundRoom(): void {
    const room = this.#room;
    if (room === undefined) return;
    this.#room = undefined;
    clearInterval(room.look);
    room.found();
  }

  monitor(): void {
    if (this.#monitored || this.#closed !== undefined) return;
    this.#monitored = true;
    this.#context.alive.hold(); // who listens waits
  }

  // The end -----------------------------------------------------------------------------------

  close(linger: number): Promise<void> {
    this.rest();
    this.#closed ??= this.#close(linger);
    return this.#closed;
  }

  async #close(linger: number): Promise<void> {
    await Promise.resolve(); // `#closed` is set
    this.#foundRoom();
    const endpoints = this.#all();
    const stopped = Promise.all(endpoints.map((endpoint) => endpoint.stop()));
    await new Promise<void>((resolve) => {
      const expire = (): void => {
        for (const endpoint of this.#all()) endpoint.end(true);
        resolve();
      };
      const timer = linger > 0 ? setTimeout(expire, Math.min(linger, 2 ** 31 - 1)) : undefined;
      this.#closing = { resolve, timer };
      if (linger === 0) {
        runDue(); // what was sent in this turn leaves, if the system takes it
        expire();
      } else this.#closeOn();
    });
    clearTimeout(this.#closing?.timer);
    await stopped;
    await turn(); // what ends with the socket, as a stream does, ends before its close is told
    this.#tell();
    if (this.#monitored) this.#context.alive.release();
    this.#context.closed(this);
  }

  #all(): Endpoint[] {
    return [...[...this.#endpoints.values()].flat(), ...this.#leaving];
  }

  /** Disconnects the peers for which nothing waits. */
  #closeOn(): void {
    const endpoints = this.#all();
    for (const endpoint of endpoints) endpoint.end(false);
    if (endpoints.every(({ over }) => over)) this.#closing?.resolve();
  }
}
