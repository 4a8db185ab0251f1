// What a passive Clone server remembers of the updates that it gets twice: from clients, and from the active
// server, which publishes them.

import type { KVMsg } from "../key-value-message/kvmsg.ts";

/** An update that has not come a second time after so many HUGZ of the active server will never do so. */
const PATIENCE = 10;

interface Held {
  readonly kvmsg: KVMsg;
  readonly from: "client" | "active server";
  hugz: number;
}

/**
 * Updates that have come from one side, and not yet from the other. Those of clients are what would be lost
 * with the active server.
 */
export class Pending {
  readonly #held = new Map<string, Held>();

  /** An update comes, known by its UUID; without one it cannot be held. */
  meet(kvmsg: KVMsg, from: Held["from"]): void {
    const uuid = kvmsg.uuid.toString("latin1");
    const held = this.#held.get(uuid);
    if (held === undefined && uuid !== "") this.#held.set(uuid, { kvmsg, from, hugz: 0 });
    else if (held?.from !== from) this.#held.delete(uuid);
  }

  /** The active server has said that it is there. */
  hugz(): void {
    for (const [uuid, held] of this.#held) {
      held.hugz += 1;
      if (held.hugz > PATIENCE) this.#held.delete(uuid);
    }
  }

  /** Forgets all. @returns what clients have sent and the active server has not published, in order */
  take(): KVMsg[] {
    const held = [...this.#held.values()].filter(({ from }) => from === "client");
    this.#held.clear();
    return held.map(({ kvmsg }) => kvmsg);
  }
}
