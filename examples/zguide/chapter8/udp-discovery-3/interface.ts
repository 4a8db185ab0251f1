// The interface to a network of nodes: tells by beacons who comes and who goes.

import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { UDP, type UDPOptions } from "../udp-discovery-2/udplib.ts";

export interface InterfaceOptions extends UDPOptions {
  /** Milliseconds between two beacons. Default: 1000. */
  interval?: number;
  /** A node that has been silent for so many milliseconds has left. Default: 5000. */
  expiry?: number;
}

interface InterfaceEvents {
  /** A node is there that was not: by its UUID, in 32 hexadecimal digits. */
  joined: [uuid: string];
  /** Nothing has been heard of a node for too long. */
  left: [uuid: string];
}

/**
 * Sends its UUID to all nodes at each interval, and keeps a list of those whose UUIDs it hears. A node
 * that comes back is a new one. A datagram that is no UUID is ignored.
 */
export class Interface extends EventEmitter<InterfaceEvents> {
  /** Own UUID, in 32 hexadecimal digits. */
  readonly uuid: string;
  readonly #udp: UDP;
  readonly #expiry: number;
  readonly #timer: NodeJS.Timeout;
  /** When each node was heard last. */
  readonly #peers = new Map<string, number>();

  private constructor(udp: UDP, interval: number, expiry: number) {
    super();
    const beacon = randomBytes(16);
    this.uuid = beacon.toString("hex");
    this.#udp = udp;
    this.#expiry = expiry;
    udp.on("message", (data) => this.#heard(data));
    udp.send(beacon);
    this.#timer = setInterval(() => {
      udp.send(beacon);
      this.#reap();
    }, interval);
  }

  /** @throws if the port is in use, or no network has the broadcast address */
  static async open({
    interval = 1000,
    expiry = 5000,
    ...udp
  }: InterfaceOptions = {}): Promise<Interface> {
    return new Interface(await UDP.open(udp), interval, expiry);
  }

  /** Sends no more beacons, and hears none: to the others, this node has left. */
  close(): void {
    clearInterval(this.#timer);
    this.#udp.close();
  }

  /** The guide's C program sends 16 bytes, the one in Python 32 digits. */
  #heard(beacon: Buffer): void {
    const uuid = beacon.length === 32 ? beacon.toString("latin1") : beacon.toString("hex");
    if (!/^[\da-f]{32}$/.test(uuid)) return;
    const isNew = !this.#peers.has(uuid);
    this.#peers.set(uuid, performance.now());
    if (isNew) this.emit("joined", uuid);
  }

  #reap(): void {
    for (const [uuid, heard] of this.#peers) {
      if (performance.now() - heard < this.#expiry) continue;
      this.#peers.delete(uuid);
      this.emit("left", uuid);
    }
  }
}
