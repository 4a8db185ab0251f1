// What a Clone server keeps: the last update of each key, and how many updates there have been.

import { EMPTY, ZmqProtocolError } from "tx0mq";
import { KVMsg } from "../key-value-message/kvmsg.ts";

/**
 * The state of a Clone server. The property `ttl` of an update says for how many seconds its value lives; in
 * the state, and in snapshots of it, it says until when, in seconds since 1970.
 */
export class KVStore {
  readonly kvmap = new Map<string, KVMsg>();
  sequence = 0;

  /** Gives an update the next sequence number, and keeps it. @returns what is to be published */
  add(update: KVMsg): KVMsg {
    const kvmsg = update.with({ sequence: this.sequence + 1 });
    this.put(kvmsg);
    return kvmsg;
  }

  /** Keeps an update that has its sequence number. */
  put(kvmsg: KVMsg): void {
    const until: [string, string] = ["ttl", String(Date.now() / 1000 + kvmsg.ttl)];
    kvmsg.with({ properties: kvmsg.ttl > 0 ? [until] : [] }).store(this.kvmap);
    this.sequence = kvmsg.sequence;
  }

  /** An update for each value whose time is over: it deletes that. */
  expired(): KVMsg[] {
    const now = Date.now() / 1000;
    // The state of the guide's server in C says it in ms.
    const until = (ttl: number) => (ttl < 1e12 ? ttl : ttl / 1000);
    const over = [...this.kvmap.values()].filter(({ ttl }) => ttl > 0 && until(ttl) <= now);
    return over.map(({ key }) => new KVMsg({ key }));
  }

  /**
   * Answers a request for the state, `ICANHAZ?` and a subtree.
   *
   * @throws {ZmqProtocolError} for any other request
   */
  snapshot(request: readonly Buffer[]): KVMsg[] {
    const [what, subtree, ...rest] = request;
    if (String(what) !== "ICANHAZ?" || subtree === undefined || rest.length > 0) {
      throw new ZmqProtocolError("it asks ICANHAZ?, and for what", request);
    }
    const state = [...this.kvmap.values()].filter(({ key }) => key.startsWith(String(subtree)));
    const end = { sequence: this.sequence, key: "KTHXBAI", uuid: EMPTY, body: subtree };
    return [...state, new KVMsg(end)];
  }
}
