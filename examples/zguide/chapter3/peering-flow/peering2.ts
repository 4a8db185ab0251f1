// Broker peering, part 2: the local and the cloud flow. `peering2 DC1 DC2 DC3` is the cluster DC1: a
// broker of four ROUTERs, its clients and its workers. What they cannot take goes to DC2 or DC3.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  type Message,
  wrap,
  ZmqEndpoint,
  ZmqEndpointError,
  ZmqFactory,
  ZmqReqConnection,
  ZmqRouterConnection,
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
/** A peer, and the clients of ours whose requests it has in hand, or has had for too long. */
type Peer = {
  name: string;
  here: boolean;
  inHand: { client: string; timer: NodeJS.Timeout }[];
  late: string[];
};

const { role, self, names, go, ...options } = commandLine();
const { clients, workers, requests, interval, workTime, share, patience } = options;

const factory = new ZmqFactory();
factory.registerForShutdown();
const { bind, connect } = ZmqEndpoint;
if (role === "client") await client(`Client-${self}-${process.pid}`);
else if (role === "worker") await worker(`Worker-${self}-${process.pid}`);
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
  });

  const idle = new Map<string, Buffer>(); // workers, the one that has waited longest first
  const busy = new Map<string, Job>(); // what each of the others works on
  const losses = new Map<string, number>(); // of workers that lose requests, since the last reply of each
  const peers = new Map<string, Peer>(
    names.map((name) => [name, { name, here: false, inHand: [], late: [] }]),
  );
  const returned: Request[] = []; // from workers and peers that turned out to be gone

  /** Requests flow while somebody can take them. All others stay where they are: in ZeroMQ. */
  function flow(): void {
    for (const request of returned.splice(0)) route(request);
    if (idle.size > 0) cloudfe.resume();
    else cloudfe.pause();
    if (idle.size > 0 || freePeer()) localfe.resume();
    else localfe.pause();
  }

  /** Notes what a peer has in hand. One of its workers may die: then the reply never comes, or else late. */
  function hand(peer: Peer, client: string): void {
    const giveUp = (): void => {
      take(peer, client);
      expectLate(peer, client);
      flow();
    };
    peer.inHand.push({ client, timer: setTimeout(giveUp, patience) });
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
      hand(peer, client);
      cloudbe.send([peer.name, ...request.frames]).catch((error) => {
        peer.here = false;
        take(peer, client);
        giveBack(request, error);
      });
    } else returned.push(request);
  }

  function giveBack(request: Request, error: unknown): void {
    if (!(error instanceof ZmqUnroutableError)) throw error;
    returned.push(request);
    flow();
  }

  /** One that is there and has not its share of requests yet. Nothing is known of its workers so far. */
  function freePeer(): Peer | undefined {
    const free = [...peers.values()].filter(({ here, inHand }) => here && inHand.length < share);
    return free[Math.floor(Math.random() * free.length)];
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
    console.error(`E: ${peer.name} is gone, with ${peer.inHand.length} of our requests`);
    forget(peer);
    flow();
  });

  for (const name of names) {
    console.log(`I: connecting to the cloud frontend of ${name}`);
    cloudbe.addEndpoints(connect(`ipc://${name}-cloud.ipc`));
  }
  console.log(`I: broker ${self} listening on ${cloudfe.lastEndpoint}`);

  function peerAt(address: string): Peer | undefined {
    return peers.get(/^ipc:\/\/(.*)-cloud\.ipc$/.exec(address)?.[1] ?? "");
  }
}

/** The cluster's clients and workers. */
async function cast(): Promise<void> {
  if (!go) {
    console.log("Press Enter when all brokers are started");
    for await (const _ of process.stdin) break;
  }
  for (let number = 1; number <= workers; number++) worker(`Worker-${self}-${number}`);
  const all = Array.from({ length: clients }, (_, number) =>
    client(`Client-${self}-${number + 1}`),
  );
  await Promise.all(all);
  if (clients > 0) console.log(`I: all ${clients * requests} requests are answered`);
}

async function client(name: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, connect(`ipc://${self}-localfe.ipc`));
  for (let request = 0; request < requests; request++) {
    await socket.send("HELLO");
    const [reply] = await socket.receive();
    console.log(`${name}: ${reply}`);
    await sleep(interval);
  }
  await socket.shutdown();
}

async function worker(routingId: string): Promise<void> {
  const socket = new ZmqReqConnection(factory, connect(`ipc://${self}-localbe.ipc`), { routingId });
  await socket.send("\x01");
  for await (const request of socket) {
    const envelope = request.slice(0, -1); // client and delimiter, and before them a peer's name
    console.log(
      `${routingId}: ${request.at(-1)}${envelope.length > 2 ? ` from ${request[0]}` : ""}`,
    );
    await sleep(workTime);
    await socket.send([...envelope, "OK"]);
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
    `peering2: ${socket} refused a message of ${frames.length} frames, ${size(frames)} B`,
  );
}

interface Settings {
  role: string;
  self: string;
  names: string[];
  go: boolean;
  clients: number;
  workers: number;
  requests: number;
  interval: number;
  workTime: number;
  share: number;
  patience: number;
}

function commandLine(): Settings {
  process.on("uncaughtException", (error) => {
    console.error(`peering2: ${error.message}`);
    process.exit(error instanceof ZmqEndpointError ? 2 : 1);
  });
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        role: { type: "string", default: "all" },
        go: { type: "boolean", default: false },
        clients: { type: "string", default: "10" },
        workers: { type: "string", default: "3" },
        requests: { type: "string", default: "Infinity" },
        interval: { type: "string", default: "1000" },
        work: { type: "string", default: "100" },
        share: { type: "string", default: "3" },
        patience: { type: "string", default: "10000" },
      },
    });
    const { role, go } = values;
    if (!["all", "broker", "client", "worker"].includes(role)) {
      throw new Error(`--role is all, broker, client or worker, not "${role}"`);
    }
    const [self, ...names] = positionals;
    if (!self || names.includes("")) throw new Error("a broker needs a name");
    if (new Set(positionals).size < positionals.length) throw new Error("each name stands once");
    const number = (name: Exclude<keyof typeof values, "role" | "go">) => {
      if (name === "requests" && values.requests === "Infinity") return Number.POSITIVE_INFINITY;
      if (/^\d{1,9}$/.test(values[name])) return Number(values[name]);
      throw new Error(`--${name} is a whole number, not "${values[name]}"`);
    };
    return {
      role,
      self,
      names,
      go,
      clients: number("clients"),
      workers: number("workers"),
      requests: number("requests"),
      interval: number("interval"),
      workTime: number("work"),
      share: number("share"),
      patience: number("patience"),
    };
  } catch (error) {
    const [why] = (error as Error).message.split("\n");
    console.error(
      `usage: peering2 [--role all|broker|client|worker] [--go] [--clients N] [--workers N] [--requests N] [--interval MS] [--work MS] [--share N] [--patience MS] SELF [PEER ...]   (${why})`,
    );
    process.exit(2);
  }
}
