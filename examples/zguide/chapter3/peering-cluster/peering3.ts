// Broker peering, part 3: the full cluster. `peering3 DC1 DC2 DC3` is the cluster DC1: a broker, its
// clients and its workers. What it has no free worker for goes to a peer that has said that it has.

import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Message,
  wrap,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqReqConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
  ZmqTimeoutError,
  ZmqUnroutableError,
} from "tx0mq";

const READY = ["\x01", "READY"]; // what the guide's workers say first, in C and in Python
const LARGEST = 1024 * 1024; // bytes of a request or a reply
const LONGEST = 255; // bytes of an identity
const TOO_MANY = 10; // requests lost in a row: the worker gets no more
const LATE = 1000; // so many replies that are late are still waited for, of each peer

/** A request and the frontend that it came from: the reply goes back there, in the same envelope. */
type Request = { frontend: ZmqRouterConnection; frames: Message };
/** What is left of it while a worker has it: the envelope. */
type Job = Request;
/**
 * A peer, how many workers it has free, and the clients of ours whose requests it has in hand, or has
 * had for too long.
 */
type Peer = {
  name: string;
  here: boolean;
  free: number;
  inHand: { client: string; timer: NodeJS.Timeout }[];
  late: string[];
};

const settings = commandLine();
const { role, self, names } = settings;

const factory = new ZmqFactory();
factory.registerForShutdown();
const { bind, connect } = ZmqEndpoint;
const counted = { sent: 0, answered: 0, lost: 0, toPeers: 0 };
if (role === "client") await client();
else if (role === "worker") await worker();
else {
  broker();
  if (role === "all") await cast();
}

function broker(): void {
  // Mandatory: a worker or peer that is gone gives an error, and somebody else gets the request.
  const localfe = new ZmqRouterConnection(factory, bind(`ipc://${self}-localfe.ipc`), {
    handover: true, // a client that comes back is known by its name again
  });
  const localbe = new ZmqRouterConnection(factory, bind(`ipc://${self}-localbe.ipc`), {
    mandatory: true,
  });
  const cloudfe = new ZmqRouterConnection(factory, bind(`ipc://${self}-cloud.ipc`), {
    routingId: self,
    handover: true, // a peer that comes back is known by its name again
  });
  const cloudbe = new ZmqRouterConnection(factory, [], {
    routingId: self,
    mandatory: true,
    immediate: true, // nothing waits for a peer that is gone
    heartbeatInterval: 1000, // nor for one that hangs
    heartbeatTimeout: 5000,
  });
  const statebe = new ZmqPubConnection(factory, bind(`ipc://${self}-state.ipc`));
  const statefe = new ZmqSubConnection(factory);
  const monitor = new ZmqPullConnection(factory, bind(`ipc://${self}-monitor.ipc`));

  const idle = new Map<string, Buffer>(); // workers, the one that has waited longest first
  const busy = new Map<string, Job>(); // what each of the others works on
  const losses = new Map<string, number>(); // of workers that lose requests, since the last reply of each
  const peers = new Map<string, Peer>(
    names.map((name) => [name, { name, here: false, free: 0, inHand: [], late: [] }]),
  );
  const returned: Request[] = []; // from workers and peers that turned out to be gone
  let told = 0; // how many free workers the peers know of

  /** Requests flow while somebody can take them. All others stay where they are: in ZeroMQ. */
  function flow(): void {
    for (const request of returned.splice(0)) route(request);
    if (idle.size > 0) cloudfe.resume();
    else cloudfe.pause();
    if (idle.size > 0 || freePeer()) localfe.resume();
    else localfe.pause();
    setImmediate(() => idle.size !== told && tell()); // when what waited here has had its chance
  }

  function tell(): void {
    told = idle.size;
    statebe.publish(String(told), self);
  }

  /** Notes what a peer has in hand. One of its workers may die: then the reply never comes, or else late. */
  function hand(peer: Peer, client: string): void {
    const giveUp = (): void => {
      take(peer, client);
      expectLate(peer, client);
      flow();
    };
    peer.inHand.push({ client, timer: setTimeout(giveUp, settings.patience) });
  }

  /** A local worker comes first; a peer gets what our own clients ask for, never what a peer does. */
  function route(request: Request): void {
    const [worker] = idle.values();
    const peer = request.frontend === localfe ? freePeer() : undefined;
    if (worker) {
      idle.delete(key(worker));
      busy.set(key(worker), { ...request, frames: request.frames.slice(0, -1) as Message });
      localbe.send(wrap(worker, request.frames)).catch((error) => {
        busy.delete(key(worker));
        giveBack(request, error);
      });
    } else if (peer) {
      const client = key(request.frames[0]);
      peer.free -= 1; // until it says more
      hand(peer, client);
      counted.toPeers += 1;
      cloudbe.send([peer.name, ...request.frames]).catch((error) => {
        peer.here = false;
        take(peer, client);
        counted.toPeers -= 1;
        giveBack(request, error);
      });
    } else returned.push(request);
  }

  function giveBack(request: Request, error: unknown): void {
    if (!(error instanceof ZmqUnroutableError)) throw error;
    returned.push(request);
    flow();
  }

  /** The peer with most workers free, if any has one. */
  function freePeer(): Peer | undefined {
    const free = [...peers.values()].filter((peer) => peer.here && peer.free > 0);
    return free.sort((one, other) => other.free - one.free)[0];
  }

  localfe.pause(); // until there are workers or peers
  localfe.on("message", (frames) => {
    if (!isMessage(frames)) return refuse("localfe", frames);
    route({ frontend: localfe, frames });
    flow();
  });

  cloudfe.pause();
  cloudfe.on("message", (frames) => {
    if (!peers.has(String(frames[0])) || !isMessage(inner(frames)))
      return refuse("cloudfe", frames);
    route({ frontend: cloudfe, frames });
    flow();
  });

  localbe.on("message", (frames) => {
    const [worker, delimiter, ...reply] = frames;
    const job = busy.get(key(worker));
    const lost = losses.get(key(worker)) ?? 0;
    const ready = delimiter?.length === 0 && reply.length === 1 && isReady(reply[0]);
    if (ready && lost < TOO_MANY) {
      console.log(`I: ${shown(worker)} is ready`);
      if (job) {
        losses.set(key(worker), lost + 1);
        console.error(`E: ${shown(worker)} has lost its request`);
      }
    } else if (job && isReply(reply as Message, job.frames)) {
      losses.delete(key(worker));
      job.frontend.send(reply);
    } else return refuse("localbe", frames);
    busy.delete(key(worker));
    idle.set(key(worker), worker as Buffer);
    flow();
  });

  cloudbe.on("message", (frames) => {
    const peer = peers.get(String(frames[0]));
    const reply = inner(frames);
    if (!peer || !isMessage(reply) || !take(peer, key(reply[0]))) {
      return refuse("cloudbe", frames);
    }
    localfe.send(reply);
    flow();
  });

  statefe.subscribe("");
  statefe.on("message", (frames) => {
    if (frames.length !== 2 || size(frames) > 1024) return refuse("statefe", frames);
    const [name = "", free = ""] = frames.map(String);
    const peer = peers.get(name);
    if (!peer || !/^\d{1,9}$/.test(free)) return refuse("statefe", frames);
    peer.free = Number(free);
    flow();
  });
  setInterval(tell, settings.heartbeat); // for peers that come later

  monitor.on("message", (frames) => {
    if (frames.length !== 1 || size(frames) > 1024) return refuse("monitor", frames);
    console.log(String(frames[0]));
  });

  cloudbe.on("handshakeSucceeded", ({ address }) => {
    const peer = peerAt(address);
    if (!peer) return;
    void cloudbe.writable; // to ask is to make ZeroMQ look who has come
    peer.here = true;
    forget(peer); // what it had before is lost, or late
    flow();
  });

  cloudbe.on("disconnected", ({ address }) => {
    const peer = peerAt(address);
    if (!peer || !(peer.here || peer.inHand.length > 0)) return; // it was gone already
    peer.here = false;
    peer.free = 0;
    console.error(`E: ${peer.name} is gone, with ${peer.inHand.length} of our requests`);
    forget(peer);
    flow();
  });

  for (const name of names) {
    console.log(`I: connecting to ${name}`);
    cloudbe.addEndpoints(connect(`ipc://${name}-cloud.ipc`));
    statefe.addEndpoints(connect(`ipc://${name}-state.ipc`));
  }
  console.log(`I: broker ${self} listening on ${cloudfe.lastEndpoint}`);

  function peerAt(address: string): Peer | undefined {
    return peers.get(/^ipc:\/\/(.*)-cloud\.ipc$/.exec(address)?.[1] ?? "");
  }
}

/** The cluster's clients and workers. */
async function cast(): Promise<void> {
  for (let number = 0; number < settings.workers; number++) worker();
  await Promise.all(Array.from({ length: settings.clients }, () => client()));
  if (settings.clients > 0) {
    const { sent, answered, lost, toPeers } = counted;
    console.log(
      `I: ${sent} requests sent, ${answered} answered, ${lost} lost; to peers: ${toPeers}`,
    );
  }
}

/** Sends a burst of requests, one after the other, then rests, and tells the monitor how it goes. */
async function client(): Promise<void> {
  const statistics = new ZmqPushConnection(factory, connect(`ipc://${self}-monitor.ipc`), {
    immediate: true, // what it tells waits here until the broker is there
  });
  let socket = new ZmqReqConnection(factory, connect(`ipc://${self}-localfe.ipc`));
  for (let left = settings.requests; left > 0; ) {
    await sleep(randomInt(settings.pause + 1));
    for (let burst = Math.min(left, randomInt(settings.burst + 1)); burst > 0; burst--) {
      left -= 1;
      const task = randomInt(0x10000).toString(16).toUpperCase().padStart(4, "0");
      await socket.send(task);
      counted.sent += 1;
      const reply = await socket.receive({ timeout: settings.patience }).catch((error) => {
        if (!(error instanceof ZmqTimeoutError)) throw error;
      });
      if (reply === undefined) {
        counted.lost += 1;
        await statistics.send(`E: CLIENT EXIT - lost task ${task}`);
        await socket.shutdown(); // and another client comes in its place
        socket = new ZmqReqConnection(factory, connect(`ipc://${self}-localfe.ipc`));
      } else if (String(reply) !== task) {
        await statistics.send(`E: wrong reply ${reply} to task ${task}`);
      } else {
        counted.answered += 1;
        await statistics.send(task);
      }
    }
  }
  await Promise.all([socket.shutdown(), statistics.shutdown()]);
}

/** Is busy for a while, or not at all, and sends back what it got. */
async function worker(): Promise<void> {
  const socket = new ZmqReqConnection(factory, connect(`ipc://${self}-localbe.ipc`));
  await socket.send("\x01");
  for await (const request of socket) {
    await sleep(randomInt(2) * settings.workTime);
    await socket.send(request);
  }
}

/** A client's message: its identity, the delimiter, a body. */
function isMessage([client, delimiter, body, ...more]: Message): boolean {
  if (!client || delimiter?.length !== 0 || !body || more.length > 0) return false;
  return client.length > 0 && client.length <= LONGEST && body.length <= LARGEST;
}

/** What a peer sent, without its name; a delimiter comes after it from Python's brokers, none from C's. */
function inner(frames: Message): Message {
  return frames.slice(frames[1]?.length === 0 ? 2 : 1) as Message;
}

/** The envelope that the worker got, and a body. */
function isReply(frames: Message, envelope: Message): boolean {
  return (
    frames.length === envelope.length + 1 &&
    envelope.every((frame, i) => frame.equals(frames[i] as Buffer)) &&
    (frames.at(-1)?.length ?? 0) <= LARGEST
  );
}

function isReady(frame: Buffer | undefined): boolean {
  return frame !== undefined && frame.length < 8 && READY.includes(String(frame));
}

function size(frames: Message): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

function key(id: Buffer | undefined): string {
  return id?.toString("latin1") ?? "";
}

function shown(id: Buffer | undefined): string {
  return /^[!-~]+$/.test(key(id)) ? key(id) : (id?.toString("hex") ?? "");
}

/** Takes a client's request off a peer's hands, in time or late. @returns whether there was one */
function take({ inHand, late }: Peer, client: string): boolean {
  const at = inHand.findIndex((request) => request.client === client);
  const lateAt = late.indexOf(client);
  clearTimeout(inHand[at]?.timer);
  if (at >= 0) inHand.splice(at, 1);
  else if (lateAt >= 0) late.splice(lateAt, 1);
  return at >= 0 || lateAt >= 0;
}

/** Does not count on a peer's replies any more. */
function forget(peer: Peer): void {
  for (const { client, timer } of peer.inHand.splice(0)) {
    clearTimeout(timer);
    expectLate(peer, client);
  }
}

/** A reply that nobody counts on any more may come all the same, from a slow worker or a peer that hung. */
function expectLate({ late }: Peer, client: string): void {
  if (late.push(client) > LATE) late.shift();
}

function refuse(socket: string, frames: Message): void {
  console.error(
    `peering3: ${socket} refused a message of ${frames.length} frames, ${size(frames)} B`,
  );
}

interface Settings {
  role: string;
  self: string;
  names: string[];
  clients: number;
  workers: number;
  requests: number;
  burst: number;
  pause: number;
  workTime: number;
  patience: number;
  heartbeat: number;
}

function commandLine(): Settings {
  process.on("uncaughtException", (error) => {
    console.error(`peering3: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        role: { type: "string", default: "all" },
        clients: { type: "string", default: "10" },
        workers: { type: "string", default: "5" },
        requests: { type: "string", default: "Infinity" },
        burst: { type: "string", default: "15" },
        pause: { type: "string", default: "5000" },
        work: { type: "string", default: "1000" },
        patience: { type: "string", default: "10000" },
        heartbeat: { type: "string", default: "1000" },
      },
    });
    const { role } = values;
    if (!["all", "broker", "client", "worker"].includes(role)) {
      throw new Error(`--role is all, broker, client or worker, not "${role}"`);
    }
    const [self, ...names] = positionals;
    if (!self || names.includes("")) throw new Error("a cluster needs a name");
    if (new Set(positionals).size < positionals.length) throw new Error("each name stands once");
    const number = (name: Exclude<keyof typeof values, "role">, least = 0) => {
      if (name === "requests" && values.requests === "Infinity") return Number.POSITIVE_INFINITY;
      if (/^\d{1,9}$/.test(values[name]) && Number(values[name]) >= least)
        return Number(values[name]);
      throw new Error(`--${name} is a whole number, ${least} or more, not "${values[name]}"`);
    };
    return {
      role,
      self,
      names,
      clients: number("clients"),
      workers: number("workers"),
      requests: number("requests"),
      burst: number("burst", 1),
      pause: number("pause"),
      workTime: number("work"),
      patience: number("patience"),
      heartbeat: number("heartbeat", 1),
    };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: peering3 [--role all|broker|client|worker] [--clients N] [--workers N] [--requests N] [--burst N] [--pause MS] [--work MS] [--patience MS] [--heartbeat MS] SELF [PEER ...]   (${why})`,
    );
    process.exit(2);
  }
}
