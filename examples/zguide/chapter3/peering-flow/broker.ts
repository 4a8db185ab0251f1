// The broker of a cluster, for peering2 and peering3: four ROUTERs, and who gets which request. A local
// worker comes first. Where none is free, a peer gets it, if it is one of our own clients' requests.

import { type Message, unwrap, wrap, type ZmqFactory, ZmqRouterConnection } from "tx0mq";

/** Another cluster, and how many of our requests it would take now. */
export interface Peer {
  readonly name: string;
  capacity: number;
}

/**
 * Binds the broker's sockets. The caller connects `cloudbe` to the peers, and calls `flow` when a peer's
 * capacity has changed. `changed` is told how many local workers are free, `replied` which peer replies.
 */
export function broker(
  factory: ZmqFactory,
  self: string,
  peers: readonly Peer[],
  { changed, replied }: { changed?(free: number): void; replied?(peer: string): void } = {},
) {
  const bind = (flow: string) => ({ bind: `ipc://${self}-${flow}.ipc` });
  const localfe = new ZmqRouterConnection(factory, bind("localfe"));
  const localbe = new ZmqRouterConnection(factory, bind("localbe"), { mandatory: true });
  const cloudfe = new ZmqRouterConnection(factory, bind("cloud"), {
    routingId: self,
    handover: true, // a peer that comes back is known by its name again
  });
  const cloudbe = new ZmqRouterConnection(factory, [], {
    routingId: self,
    mandatory: true, // a peer that is gone gives an error
    immediate: true, // and nothing waits for it
  });

  const idle: Buffer[] = []; // local workers, the one that has been free for longest first
  const waiting: (() => void)[] = []; // for somebody else, because the one who was chosen is gone

  // [worker, "", "READY"] or [worker, "", client, "", reply], with a peer's name before its client.
  localbe.on("message", async (message) => {
    const { address: worker, body } = unwrap(message);
    idle.push(worker);
    flow();
    const frontend = peers.some(({ name }) => name === String(body[0])) ? cloudfe : localfe;
    if (body.length > 1) await frontend.send(body);
  });
  cloudbe.on("message", ([peer, ...reply]) => {
    unwrap(reply.slice(1)); // what is behind the client: throws where it is malformed
    replied?.(String(peer));
    return localfe.send(reply);
  });
  localfe.on("message", (request) => route(request, peers));
  cloudfe.on("message", (request) => route(request, [])); // no request goes round in circles

  async function route(request: Message, others: readonly Peer[]): Promise<void> {
    unwrap(request); // throws where it is malformed
    const again = () => route(request, others);
    const worker = idle.shift();
    const peer = freest(others);
    if (worker !== undefined) {
      flow();
      await localbe.send(wrap(worker, request)).catch(again);
    } else if (peer !== undefined) {
      peer.capacity -= 1;
      flow();
      await cloudbe.send([peer.name, ...request]).catch(() => {
        peer.capacity = 0;
        return again();
      });
    } else waiting.push(again);
  }

  /** Requests are read while somebody can take them. All others wait in ZeroMQ. */
  function flow(): void {
    for (const again of waiting.splice(0)) again();
    if (idle.length > 0) cloudfe.resume();
    else cloudfe.pause();
    if (idle.length > 0 || freest(peers)) localfe.resume();
    else localfe.pause();
    changed?.(idle.length);
  }

  flow();
  console.log(`I: broker ${self} listening on ${cloudfe.address} (Ctrl-C ends it)`);
  return { cloudbe, flow };
}

function freest(peers: readonly Peer[]): Peer | undefined {
  return [...peers].sort((a, b) => b.capacity - a.capacity).find(({ capacity }) => capacity > 0);
}
