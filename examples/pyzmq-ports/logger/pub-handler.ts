// A log handler, as pyzmq's PUBHandler: sends each record to a PUB socket, with its level as the topic.
// It is a destination of pino: `pino({}, new PubHandler(connection))`.

import type { ZmqXPubConnection } from "tx0mq";

/** pino's levels, and Python's names for them. */
const NAMES: Readonly<Record<number, string>> = {
  10: "DEBUG",
  20: "DEBUG",
  30: "INFO",
  40: "WARNING",
  50: "ERROR",
  60: "CRITICAL",
};

/**
 * Publishes `[topic, message]`. The topic is the level; before it comes the root topic, and after it what
 * the message has before a `::`, all with dots between.
 *
 * It never waits and never throws. A record is dropped, and counted, while nobody subscribes to any, and
 * where a full queue has no room for it. Give it an XPUB with `verboser: true` and `noDrop: true`.
 */
export class PubHandler {
  /** Records that went nowhere. */
  dropped = 0;
  readonly #connection: ZmqXPubConnection;
  readonly #root: readonly string[];
  #subscriptions = 0;

  constructor(connection: ZmqXPubConnection, rootTopic?: string) {
    this.#connection = connection;
    this.#root = rootTopic === undefined ? [] : [rootTopic];
    connection.on("message", ([subscription]) => {
      if (subscription[0] === 1) this.#subscriptions += 1;
      else if (subscription[0] === 0) this.#subscriptions -= 1;
    });
  }

  /** Takes a record of pino's: a line of JSON. */
  write(line: string): void {
    const { level, msg = "" }: { level: number; msg?: string } = JSON.parse(line);
    const [, subtopic, text] = /^(.*?)::(.*)$/s.exec(msg) ?? [];
    const topic = [...this.#root, NAMES[level] ?? "INFO", subtopic].filter(Boolean).join(".");
    if (this.#subscriptions === 0) this.dropped += 1;
    else
      this.#connection.send([topic, text ?? msg], { timeout: 0 }).catch(() => (this.dropped += 1));
  }
}
