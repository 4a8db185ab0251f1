import type { EngineEvent } from "tx0mq";
import type { Connection } from "./connection.js";
import { AuthenticationError, type Mechanism, RefusedError } from "./mechanisms/mechanism.js";
import { handshakeFailure } from "./mechanisms/mechanisms.js";
import type { Greeting } from "./protocol/greeting.js";
import { ForeignError, ProtocolError } from "./protocol/message.js";
import { RawSession } from "./raw-session.js";
import { type PipeOwner, RemotePipe } from "./remote-pipe.js";
import { Session } from "./session.js";
import type { SessionSink } from "./session-sink.js";
import { number, type Options, pipeLimits, sessionOptions } from "./settings.js";
import type { SocketType } from "./sockets/socket.js";
import { Dialer, type DialerOptions } from "./transports/reconnect.js";
import type { Listener, Stream, Transport } from "./transports/transport.js";

/** What an endpoint asks of the socket that it belongs to. */
export interface EndpointHost extends PipeOwner {
  readonly options: Options;
  readonly type: SocketType;
  /**
   * Peers are in this process, as over inproc: their pipes are there from the beginning, and a lost connection
   * is not made again.
   */
  readonly isLocal?: boolean;
  /** Our part of the handshake. */
  readonly mechanism: { readonly name: string; readonly asServer: boolean };
  /** @throws {ProtocolError} if the peer's mechanism does not fit */
  createMechanism(peer: Greeting, stream: Stream): Mechanism;
  /** @throws {ProtocolError} if the peer's socket type does not fit */
  checkPeer(session: Connection): void;
  /** Something that a monitor reports. */
  event(event: EngineEvent): void;
  /** A peer has come, or gone. */
  countPeers(change: 1 | -1): void;
  /** Pipes have come or gone, or there is more or less room in them. */
  changed(): void;
}

/** Where a socket is bound or connected. */
export interface Endpoint {
  /** Takes no new peers. Resolves when the address is free. */
  stop(): Promise<void>;
  /** Ends it, while the socket goes on (zmq_unbind, zmq_disconnect). Called again when messages have left. */
  remove(): void;
  /** Ends it: disconnects its peers, at once, or those for which nothing waits. */
  end(atOnce: boolean): void;
  /** Whether there are no connections, and nothing waits for any. */
  readonly over: boolean;
}

/** The options for the transport. They have the mechanism, since over `ws://` the transport agrees on it. */
function transportOptions({ options, mechanism }: EndpointHost): DialerOptions {
  return { ...options, mechanism: mechanism.name };
}

/** Reports a peer with whom it came to no connection, although one of the two was there for the other. */
function tellRefused(
  host: EndpointHost,
  type: "accept" | "connect",
  address: string,
  error: Error,
): void {
  host.event({ type, address });
  host.event({ type: `handshake:error:${handshakeFailure(error)}`, address, error });
  host.event({ type: "disconnect", address });
}

/** One connection of an endpoint. */
abstract class Link implements SessionSink {
  readonly session: Connection;
  protected readonly host: EndpointHost;
  protected pipe: RemotePipe | undefined;
  readonly #address: string;
  #isCounted = false;

  constructor(host: EndpointHost, stream: Stream, address: string, pipe?: RemotePipe) {
    this.host = host;
    this.pipe = pipe;
    this.#address = address;
    const { options } = host;
    this.session =
      host.type.isRaw && !host.isLocal
        ? new RawSession(stream, options.notify !== false, this)
        : new Session(stream, sessionOptions(options), host.mechanism, this);
  }

  get commands(): readonly string[] {
    return this.host.type.commands;
  }

  mechanism(peer: Greeting, stream: Stream): Mechanism {
    return this.host.createMechanism(peer, stream);
  }

  ready(session: Connection): void {
    const { host } = this;
    if (session instanceof Session) {
      host.checkPeer(session);
      host.event({ type: "handshake", address: this.#address });
    }
    const known = this.pipe;
    if (known?.terminated) {
      session.destroy(); // a PAIR, say, has a peer already
      return;
    }
    this.#isCounted = true;
    host.countPeers(1);
    const pipe = known ?? new RemotePipe(host, pipeLimits(host.options));
    this.pipe = pipe;
    pipe.connected(session);
    if (known === undefined) host.type.attach(pipe);
    host.type.peerReady(pipe);
    pipe.introduced();
    host.changed();
  }

  readable(): void {
    this.pipe?.readable();
  }

  drained(): void {
    this.pipe?.drained();
  }

  ended(error: Error | undefined, wasReady: boolean): void {
    const { host } = this;
    if (!this.session.left) this.#tellEnd(error, wasReady);
    if (this.#isCounted) host.countPeers(-1);
    // A 300 of our own handler is a "not yet". An ERROR of the peer is a no, whatever its reason.
    const refused =
      error instanceof RefusedError ||
      (error instanceof AuthenticationError && error.status !== "300");
    const hopeless =
      this.pipe?.terminated ||
      (error instanceof ProtocolError && !(error instanceof ForeignError)) ||
      (wasReady ? host.isLocal : refused);
    this.over(hopeless === true);
    host.changed();
  }

  /** Not called if this side has ended the connection: libzmq reports nothing then. */
  #tellEnd(error: Error | undefined, wasReady: boolean): void {
    const { host } = this;
    const address = this.#address;
    if (!wasReady) {
      const type = `handshake:error:${handshakeFailure(error)}`;
      host.event({ type, address, error: error ?? hungUp() });
    }
    host.event({ type: "disconnect", address });
  }

  /** @param hopeless do not try again: the peer and we do not fit, and would not fit then */
  protected abstract over(hopeless: boolean): void;
}

/** With the code that libzmq has for it. */
function hungUp(): Error {
  const error = new Error("the peer ended the connection during the handshake");
  return Object.assign(error, { code: "EPIPE" });
}

class AcceptedLink extends Link {
  readonly #links: Set<AcceptedLink>;

  constructor(host: EndpointHost, stream: Stream, address: string, links: Set<AcceptedLink>) {
    const pipe = host.isLocal ? new RemotePipe(host, pipeLimits(host.options)) : undefined;
    super(host, stream, address, pipe);
    this.#links = links;
    links.add(this);
    if (pipe === undefined) return;
    host.type.attach(pipe);
    host.changed();
  }

  get empty(): boolean {
    return this.pipe?.empty ?? true;
  }

  retire(): void {
    this.pipe?.retire();
  }

  protected override over(): void {
    this.#links.delete(this);
    this.pipe?.disconnected(true);
  }
}

/** Where a socket listens. */
export class BoundEndpoint implements Endpoint {
  readonly address: string;
  readonly #host: EndpointHost;
  readonly #listener: Listener;
  readonly #links = new Set<AcceptedLink>();
  #stopped: Promise<void> | undefined;

  /** @throws an Error with a `code` */
  constructor(host: EndpointHost, transport: Transport, place: string) {
    this.#host = host;
    this.#listener = transport.listen(place, transportOptions(host), {
      accepted: (stream) => {
        if (this.#stopped !== undefined) {
          stream.destroy();
          return;
        }
        host.event({ type: "accept", address: this.address });
        new AcceptedLink(host, stream, this.address, this.#links);
      },
      failed: (error) => host.event({ type: "accept:error", address: this.address, error }),
      refused: (error) => tellRefused(host, "accept", this.address, error),
    });
    this.address = this.#listener.address;
    host.event({ type: "bind", address: this.address });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#listener.close().then(() => {
      this.#host.event({ type: "close", address: this.address });
    });
    return this.#stopped;
  }

  /** As libzmq: messages that wait for the peers leave first, and no more are added. */
  remove(): void {
    for (const link of this.#links) link.retire();
    this.end(false);
  }

  end(atOnce: boolean): void {
    for (const link of [...this.#links]) {
      if (!atOnce && !link.empty) continue;
      if (atOnce || !link.session.ready) link.session.destroy();
      else link.session.finish();
    }
  }

  get over(): boolean {
    return this.#links.size === 0;
  }
}

class DialedLink extends Link {
  readonly #lost: (hopeless: boolean) => void;

  constructor(
    host: EndpointHost,
    stream: Stream,
    address: string,
    pipe: RemotePipe | undefined,
    lost: (hopeless: boolean) => void,
  ) {
    super(host, stream, address, pipe);
    this.#lost = lost;
  }

  protected override over(hopeless: boolean): void {
    this.#lost(hopeless);
  }

  /** The connection's pipe: the endpoint's, or, with ZMQ_IMMEDIATE, one that the connection has made. */
  get own(): RemotePipe | undefined {
    return this.pipe;
  }
}

/** Where a socket connects to, again and again. */
export class ConnectedEndpoint implements Endpoint {
  readonly #host: EndpointHost;
  readonly #dialer: Dialer;
  /** There from the beginning, unless ZMQ_IMMEDIATE is set. */
  readonly #pipe: RemotePipe | undefined;
  #link: DialedLink | undefined;
  /** There was a connection, which is over. */
  #lost = false;
  #stopped = false;

  /** @throws an Error with a `code` */
  constructor(host: EndpointHost, transport: Transport, place: string, address: string) {
    this.#host = host;
    const waits = host.options.immediate === true;
    // If the socket gives the peer up, it does not connect again.
    this.#pipe = waits
      ? undefined
      : new RemotePipe(host, pipeLimits(host.options), () => this.#stop());
    this.#dialer = new Dialer(transport, place, transportOptions(host), {
      connected: (stream) => {
        host.event({ type: "connect", address });
        this.#connected(stream, address);
      },
      delayed: () => host.event({ type: "connect:delay", address }),
      closed: () => host.event({ type: "close", address }),
      refused: (error) => tellRefused(host, "connect", address, error),
      retried: (interval) => host.event({ type: "connect:retry", address, interval }),
      gaveUp: () => this.#gaveUp(),
    });
    this.#dialer.start();
    if (this.#pipe !== undefined) host.type.attach(this.#pipe);
  }

  #connected(stream: Stream, address: string): void {
    const link = new DialedLink(this.#host, stream, address, this.#pipe, (hopeless) => {
      this.#link = undefined;
      if (hopeless) this.#stop();
      link.own?.disconnected(this.#pipe === undefined || this.#stopped);
      if (this.#stopped) return;
      this.#lost = true;
      this.#dialer.lost();
    });
    this.#lost = false;
    this.#link = link;
  }

  #stop(): void {
    this.#stopped = true;
    this.#dialer.close();
  }

  /** The dialer tries no more. As with libzmq, a pipe to a peer that never was there stays, and takes messages. */
  #gaveUp(): void {
    if (!this.#lost && !this.#host.isLocal) return;
    this.#stop();
    this.#pipe?.disconnected(true);
    this.#host.changed();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** As libzmq: if the peer is there, the messages for it leave first; if it is not, they are lost. */
  remove(): void {
    const isThere = this.#link?.session.ready;
    if (!isThere || number(this.#host.options, "lingerPeriod", -1) === 0) {
      this.end(true);
      return;
    }
    this.#link?.own?.retire();
    this.#stop();
    this.end(false);
  }

  end(atOnce: boolean): void {
    const empty = (this.#link?.own ?? this.#pipe)?.empty ?? true;
    if (!atOnce && !empty) return;
    this.#stop();
    const session = this.#link?.session;
    if (session === undefined) this.#pipe?.disconnected(true);
    else if (atOnce || !session.ready) session.destroy();
    else session.finish();
  }

  get over(): boolean {
    return this.#stopped && this.#link === undefined;
  }
}
