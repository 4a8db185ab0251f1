import type { Authenticate } from "../mechanisms/mechanism.js";
import { chooseMechanism, type SecurityOptions } from "../mechanisms/mechanisms.js";
import { writeMetadata } from "../protocol/commands.js";
import type { Message, Outgoing } from "../protocol/message.js";
import { Session } from "../session.js";
import type { SessionOptions } from "../session-sink.js";
import type { Stream } from "../transports/transport.js";
import { Facts } from "./streams.js";

/** A session without heartbeats. */
export const OPTIONS: SessionOptions = {
  handshakeInterval: 30_000,
  heartbeatInterval: 0,
  heartbeatTimeout: 0,
  heartbeatTimeToLive: 0,
  maxMessageSize: -1,
};

/** A session, and all that it reports. */
export class Side extends Facts {
  readonly session: Session;
  readonly messages: Message[] = [];
  readonly ends: (Error | undefined)[] = [];
  drains = 0;
  isReady = false;

  /** @param type of its socket */
  constructor(
    stream: Stream,
    type: string,
    security: SecurityOptions = {},
    authenticate?: Authenticate,
  ) {
    super();
    const choice = chooseMechanism(security);
    const metadata = writeMetadata({ "Socket-Type": type, Identity: `a ${type}` });
    this.session = new Session(stream, OPTIONS, choice, {
      commands: [],
      mechanism(peer) {
        choice.check(peer);
        return choice.create({ metadata, authenticate });
      },
      ready: () => {
        this.isReady = true;
        this.changed();
      },
      readable: () => this.read(),
      drained: () => {
        this.drains += 1;
        this.changed();
      },
      ended: (error) => {
        this.ends.push(error);
        this.changed();
      },
    });
  }

  /** Takes what has come. */
  read(): void {
    const { session } = this;
    for (let one = session.read(); one !== undefined; one = session.read()) this.messages.push(one);
    this.changed();
  }

  async send(...messages: Outgoing[]): Promise<void> {
    await this.until(() => this.session.ready);
    for (const message of messages) this.session.add(message);
    this.session.flush();
  }

  /** Message number `n`, as text. */
  async text(n: number): Promise<string[]> {
    await this.until(() => this.messages.length > n || this.ends.length > 0, `message ${n}`);
    const message = this.messages[n];
    if (message === undefined) throw this.ends[0] ?? new Error("the peer has gone");
    return message.map(String);
  }

  /** A property of the peer, as text. */
  said(name: string): string {
    return String(this.session.mechanism?.peer.get(name));
  }
}
