// A small UDP module: datagrams to everybody on the network, and from everybody but oneself.

import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { EventEmitter, once } from "node:events";

export interface UDPOptions {
  /** The port that all nodes share. Default: 9999. */
  port?: number;
  /** The broadcast address of the network to use. Default: 255.255.255.255. */
  broadcast?: string;
}

interface UDPEvents {
  /** A datagram of another node came. */
  message: [data: Buffer, peer: RemoteInfo];
}

/**
 * Sends and receives datagrams. Any may be lost, and none that is sent is known to arrive. Several on
 * one machine share the port.
 */
export class UDP extends EventEmitter<UDPEvents> {
  readonly #sender = createSocket("udp4");
  readonly #listener = createSocket({ type: "udp4", reuseAddr: true });

  private constructor() {
    super();
  }

  /** @throws if the port is in use, or no network has the broadcast address */
  static async open({ port = 9999, broadcast = "255.255.255.255" }: UDPOptions = {}): Promise<UDP> {
    const udp = new UDP();
    try {
      await udp.#open(port, broadcast);
      return udp;
    } catch (error) {
      udp.close();
      throw error;
    }
  }

  /** Sends a datagram to all nodes. While the network is down it is lost. */
  send(data: string | Uint8Array): void {
    this.#sender.send(data, () => {});
  }

  close(): void {
    this.#sender.close();
    this.#listener.close();
  }

  async #open(port: number, broadcast: string): Promise<void> {
    await bound(this.#sender);
    this.#sender.setBroadcast(true);
    this.#sender.connect(port, broadcast);
    await once(this.#sender, "connect");
    const own = this.#sender.address();
    this.#listener.on("message", (data, peer) => {
      if (peer.address !== own.address || peer.port !== own.port) this.emit("message", data, peer);
    });
    await bound(this.#listener, port);
  }
}

async function bound(socket: Socket, port?: number): Promise<void> {
  socket.bind(port);
  await once(socket, "listening");
}
