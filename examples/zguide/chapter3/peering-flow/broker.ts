// The broker of a cluster, for peering2 and peering3: four ROUTERs. A request goes to a local worker. If none
// is free, a request of our own clients goes to a peer.

import { type Message, unwrap, wrap, type ZmqFactory, ZmqRouterConnection } from "tx0mq";

/** Another cluster, and how many more of our requests it would take now. */
export interface Peer {
  readonly name: string;
  capacity: number;
}

/**
 * Binds the broker's sockets. The caller connects `cloudbe` to the peers, and calls `capacityChanged` after it
 * has changed a peer's capacity. `onFree` is told how many local workers are free, `onReply` which peer replies.
 */
export function broker(
  factory: ZmqFactory,
  self: string,
  peers: readonly Peer[],
  { onFree, onReply }: { onFree?(count: number): void; onReply?(peer: string): void } = {},
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
  const waiting: (() => void)[] = []; // requests whose worker or peer was gone, when no other was free

  // [worker, "", "READY"] or [worker, "", client, "", reply], with a peer's name before its client.
  localbe.on("message", async (message) => {
    const { address: worker, body } = unwrap(message);
    idle.push(worker);
    capacityChanged();
    const frontend = peers.some(({ name }) => name === String(body[0])) ? cloudfe : localfe;
    if (body.length > 1 && unwrap(body)) await frontend.send(body); // throws if it is malformed
  });
  cloudbe.on("message", ([peer, ...reply]) => {
    unwrap(reply.slice(1)); // what is behind the client: throws if it is malformed
    onReply?.(String(peer));
    return localfe.send(reply);
  });
  localfe.on("message", (request) => route(request, peers));
  cloudfe.on("message", (request) => route(request, [])); // no request goes round in circles

  /** Sends a request to a local worker or, if none is free, to one of these peers. */
  async function route(request: Message, others: readonly Peer[]): Promise<void> {
    unwrap(request); // throws if it is malformed
    const retry = () => route(request, others);
    const worker = idle.shift();
    const peer = freest(others);
    if (worker !== undefined) {
      capacityChanged();
      await localbe.send(wrap(worker, request)).catch(retry);
    } else if (peer !== undefined) {
      peer.capacity -= 1;
      capacityChanged();
      await cloudbe.send([peer.name, ...request]).catch(() => {
        peer.capacity = 0;
        return retry();
      });
    } else waiting.push(retry);
  }

  /** Reads clients and peers while somebody can take their requests. Otherwise these wait in ZeroMQ. */
  function capacityChanged(): void {
    for (const retry of waiting.splice(0)) retry();
    if (idle.length > 0) cloudfe.resume();
    else cloudfe.pause();
    if (idle.length > 0 || freest(peers)) localfe.resume();
    else localfe.pause();
    onFree?.(idle.length);
  }

  capacityChanged();
  console.log(`I: broker ${self} listening on ${cloudfe.address} (Ctrl-C ends it)`);
  return { cloudbe, capacityChanged };
}

function freest(peers: readonly Peer[]): Peer | undefined {
  return [...peers].sort((a, b) => b.capacity - a.capacity).find(({ capacity }) => capacity > 0);
}
