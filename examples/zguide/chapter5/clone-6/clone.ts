// Clone client API: a map that follows that of a server, as the Clustered Hashmap Protocol (RFC 12) has it.
// A DEALER, a SUB and an XPUB socket, connected to a server's port and the next two.

import { EventEmitter } from "node:events";
import {
  ZmqArgumentError,
  ZmqClosedError,
  ZmqDealerConnection,
  type ZmqFactory,
  ZmqProtocolError,
  ZmqSubConnection,
  ZmqTimeoutError,
  ZmqXPubConnection,
} from "tx0mq";
import { KVMsg } from "../key-value-message/kvmsg.ts";
import { COMMANDS } from "../key-value-message/kvsimple.ts";

export interface CloneOptions {
  /** The beginning of the keys that it follows, as `/client/`. Default: all keys. */
  subtree?: string;
  /** When nothing has come from a server for so many ms, it counts as dead. Default: 5,000. */
  silence?: number;
}

export interface CloneEvents {
  /** The map is a server's as a whole: at first, and when updates may have been missed. */
  synchronized: [server: string, sequence: number];
  /** A key was set or, by an update without a body, deleted. The map has it already. */
  update: [update: KVMsg];
  /** A first update, or HUGZ, has come from a server. Its state is asked for now. */
  heard: [server: string];
  /** So many servers collect what is set here. */
  collectors: [count: number];
  /** The server that it follows has said that it is there. */
  hugz: [server: string];
  /** A server says nothing, or does not answer: it counts as dead or passive, and the next one is asked. */
  silent: [server: string];
  /** A message was malformed. Printed if there is no listener. */
  refused: [error: ZmqProtocolError];
}

/** An own update that has not come back. */
interface Own {
  readonly kvmsg: KVMsg;
  /** How often the server has said since that it is there. */
  hugz: number;
}

/**
 * A map that is the same in all clones that follow the same servers, and in the server that is active: soon
 * after the last change, as long as one server that has the state is alive.
 *
 * It begins with the first server, and goes on with the next when that is silent; after the last comes the
 * first. What is set reaches the map when it comes back from the server.
 */
export class Clone extends EventEmitter<CloneEvents> {
  readonly #factory: ZmqFactory;
  readonly #subtree: string;
  readonly #silence: number;
  readonly #publisher: ZmqXPubConnection;
  readonly #kvmap = new Map<string, KVMsg>();
  readonly #own = new Map<string, Own>();
  #sequence = 0;
  #collectors = 0;
  #connections: (ZmqSubConnection | ZmqDealerConnection)[] = [];
  readonly #following: Promise<void>;

  /** @param servers the endpoints where they answer requests for the state, as `tcp://localhost:5556` */
  constructor(
    factory: ZmqFactory,
    servers: readonly string[],
    { subtree = "", silence = 5000 }: CloneOptions = {},
  ) {
    super();
    this.#factory = factory;
    this.#subtree = subtree;
    this.#silence = silence;
    const collectors = servers.map((server) => ({ connect: port(server, 2) }));
    // immediate: it keeps no updates for a server that is gone. On its return they would be old.
    const options = { immediate: true, sendHighWaterMark: 0, verboser: true };
    this.#publisher = new ZmqXPubConnection(factory, collectors, options); // a PUB that is told of subscriptions
    this.#publisher.on("message", ([subscription]) => {
      if (subscription[0] === 1) this.#collectors += 1;
      else if (subscription[0] === 0) this.#collectors -= 1;
      else return; // it is no subscription
      this.emit("collectors", this.#collectors);
    });
    this.#following = this.#follow(servers);
  }

  /** The map. It changes while you look at it across an `await`. */
  get kvmap(): ReadonlyMap<string, KVMsg> {
    return this.#kvmap;
  }

  /** The value of a key, if it has one. */
  get(key: string): Buffer | undefined {
    return this.#kvmap.get(key)?.body;
  }

  /** How many servers collect what is set here. What two of them have is not lost when one dies. */
  get collectors(): number {
    return this.#collectors;
  }

  /** How many keys were set here whose update has not come back yet. */
  get unconfirmed(): number {
    return this.#own.size;
  }

  /**
   * Sets a key, in all maps. The update is sent at least once to whatever server is there, and again until it
   * comes back. So two clones should not set the same key at the same time: the older value may win.
   *
   * @param ttl after how many seconds the value vanishes, if it is not set again; 0 is never
   * @throws {ZmqArgumentError} for a key that is not in the subtree, or a command's name, or no value
   * @throws {ZmqClosedError} when the clone is shut down
   */
  set(key: string, value: string | Buffer, { ttl = 0 }: { ttl?: number } = {}): void {
    if (value.length === 0) throw new ZmqArgumentError("an empty value means a deletion");
    this.#send(new KVMsg({ key, body: value, properties: ttl > 0 ? [["ttl", `${ttl}`]] : [] }));
  }

  /** Deletes a key, in all maps, as `set` sets it. @throws as `set` does */
  delete(key: string): void {
    this.#send(new KVMsg({ key }));
  }

  #send(kvmsg: KVMsg): void {
    if (this.#publisher.closed) throw new ZmqClosedError("the clone");
    if (!kvmsg.key.startsWith(this.#subtree)) {
      throw new ZmqArgumentError(`the key "${kvmsg.key}" does not begin with "${this.#subtree}"`);
    }
    // It would come back as a command, and be set again for ever.
    if (COMMANDS.has(kvmsg.key)) throw new ZmqArgumentError(`"${kvmsg.key}" is a command, no key`);
    this.#own.set(kvmsg.key, { kvmsg, hugz: 0 });
    this.#publish(kvmsg);
  }

  #publish({ frames }: KVMsg): void {
    this.#publisher.send(frames).catch(() => {}); // it is shut down
  }

  /** Follows one server after the other, until it is shut down. */
  async #follow(servers: readonly string[]): Promise<void> {
    let turn = 0;
    while (!this.#publisher.closed) {
      const server = servers[turn % servers.length] ?? "";
      try {
        await this.#attend(server);
      } catch (error) {
        if (error instanceof ZmqClosedError) return;
        if (!(error instanceof ZmqTimeoutError)) throw error;
        turn += 1;
        this.emit("silent", server);
      }
    }
  }

  /** Follows a server until the link to it breaks and it is heard again. @throws {ZmqTimeoutError} if it is not */
  async #attend(server: string): Promise<void> {
    // Sockets of its own for each time: nothing from an earlier one can be in them.
    const unlimited = { receiveHighWaterMark: 0 };
    const subscriber = new ZmqSubConnection(this.#factory, [], unlimited);
    const snapshot = new ZmqDealerConnection(this.#factory, [], { ...unlimited, lingerPeriod: 0 });
    this.#connections = [subscriber, snapshot];
    let broken = false;
    subscriber.once("disconnected", () => {
      broken = true;
    });
    try {
      subscriber.subscribe(this.#subtree);
      subscriber.subscribe("HUGZ");
      subscriber.addEndpoints({ connect: port(server, 1) });
      // A first message shows that the subscription is in force: a state that is asked for now has no gap to it.
      await this.#next(subscriber);
      this.emit("heard", server);
      snapshot.addEndpoints({ connect: server });
      await this.#synchronize(snapshot, server);
      for (;;) {
        const kvmsg = await this.#next(subscriber);
        if (broken) return;
        if (kvmsg.key === "HUGZ") this.#hugz(server);
        else if (kvmsg.sequence > this.#sequence) this.#apply(kvmsg);
      }
    } finally {
      await Promise.all([subscriber.shutdown(), snapshot.shutdown()]);
    }
  }

  async #synchronize(snapshot: ZmqDealerConnection, server: string): Promise<void> {
    const state = new Map<string, KVMsg>();
    let kvmsg = await this.#ask(snapshot);
    while (kvmsg.key !== "KTHXBAI") {
      kvmsg.store(state);
      kvmsg = await this.#next(snapshot);
    }
    this.#sequence = kvmsg.sequence;
    this.#kvmap.clear();
    for (const kept of state.values()) {
      this.#kvmap.set(kept.key, kept);
      this.#confirm(kept);
    }
    this.emit("synchronized", server, this.#sequence);
  }

  /**
   * Asks for the state, twice at most: a request may be lost, or come while the servers do not know yet who
   * is active. @returns the first message of the answer
   */
  async #ask(snapshot: ZmqDealerConnection): Promise<KVMsg> {
    for (let asked = 1; ; asked++) {
      await snapshot.send(["ICANHAZ?", this.#subtree]);
      try {
        return await this.#next(snapshot, this.#silence / 2);
      } catch (error) {
        if (asked === 2 || !(error instanceof ZmqTimeoutError)) throw error;
      }
    }
  }

  #apply(kvmsg: KVMsg): void {
    this.#sequence = kvmsg.sequence;
    kvmsg.store(this.#kvmap);
    this.#confirm(kvmsg);
    this.emit("update", kvmsg);
  }

  #confirm({ key, uuid }: KVMsg): void {
    if (this.#own.get(key)?.kvmsg.uuid.equals(uuid)) this.#own.delete(key);
  }

  /** Sends again what has not come back by now. */
  #hugz(server: string): void {
    for (const own of this.#own.values()) {
      own.hugz += 1;
      if (own.hugz > 1) this.#publish(own.kvmsg);
    }
    this.emit("hugz", server);
  }

  /** The next well-formed message. */
  async #next(
    connection: ZmqSubConnection | ZmqDealerConnection,
    timeout = this.#silence,
  ): Promise<KVMsg> {
    for (;;) {
      const frames = await connection.receive({ timeout });
      try {
        return KVMsg.from(frames);
      } catch (error) {
        if (!(error instanceof ZmqProtocolError)) throw error;
        if (!this.emit("refused", error)) console.error(`clone: ${error.message}`);
      }
    }
  }

  /** Ends the clone. What has been set is sent on within the linger period of the factory. */
  async shutdown(): Promise<void> {
    const closing = [this.#publisher, ...this.#connections].map((one) => one.shutdown());
    await Promise.all([...closing, this.#following]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }
}

/** The endpoint so many ports after another one. */
function port(endpoint: string, offset: number): string {
  return endpoint.replace(/\d+$/, (first) => `${Number(first) + offset}`);
}
