/** The programs of chapters 3 and 4 that bind a ROUTER for many peers, and how each is kept busy. */
import { join } from "node:path";
import {
  type Frames,
  type Message,
  type ZmqConnection,
  ZmqDealerConnection,
  ZmqEndpoint,
  type ZmqFactory,
} from "tx0mq";
import { Running } from "./running.ts";

/** So many clients ask at the same time, each with so many requests in flight. */
const CLIENTS = 10;
const IN_FLIGHT = 10;
const WORKERS = 4;
const REQUEST = "HELLO";

/** A broker at work. */
export interface Busy {
  /** The one that binds the doors, and those that it works with. */
  readonly programs: readonly [Running, ...Running[]];
  /** The addresses of its ROUTERs, where they refuse what is malformed: to some all messages are requests. */
  readonly doors: readonly string[];
  /** Lets it do so many requests. Resolves when all are done. */
  work(requests: number): Promise<void>;
}

export interface Broker {
  readonly name: string;
  start(factory: ZmqFactory, folder: string): Promise<Busy>;
}

const ANYWHERE = "tcp://127.0.0.1:*";
/** Workers send no heartbeats here, and nobody expects any. */
const SILENT = ["--heartbeat", "600000"];
const LISTENING = /listening on ([^\s,]+)/;

export const BROKERS: readonly Broker[] = [
  giver("chapter3/router-to-req/rtreq"),
  giver("chapter3/router-to-dealer/rtdealer"),
  loadBalancing("chapter3/load-balancing-broker/lbbroker"),
  loadBalancing("chapter3/load-balancing-broker-highlevel/lbbroker2"),
  loadBalancing("chapter3/load-balancing-broker-reactor/lbbroker3"),
  asyncServer(),
  requestHandlers(),
  peering("chapter3/peering-flow/peering2", ["--share", "100"]),
  peering("chapter3/peering-cluster/peering3", []),
  simplePirate(),
  paranoidPirate(),
  majordomo(),
];

/** Has only workers, who ask for work again and again. */
function giver(path: string): Broker {
  return {
    name: path,
    async start(factory, folder) {
      const args = ["--role", "broker", "--bind", ANYWHERE, "--time", "999999999"];
      const program = new Running(path, args, folder);
      const [, address = ""] = await program.line(LISTENING);
      const dealers = connected(factory, address, CLIENTS);
      return { programs: [program], doors: [], work: asking(program, dealers, ["", "Hi"]) };
    },
  };
}

function loadBalancing(path: string): Broker {
  return {
    name: path,
    async start(factory, folder) {
      const [frontend, backend] = ["frontend", "backend"].map((end) => ipc(folder, end));
      const doors = [frontend as string, backend as string];
      const args = ["--role", "broker", "--frontend", `${frontend}`, "--backend", `${backend}`];
      const program = new Running(path, args, folder);
      await program.line(LISTENING);
      await employ(factory, `${backend}`);
      const dealers = connected(factory, `${frontend}`, CLIENTS);
      return { programs: [program], doors, work: asking(program, dealers, ["", REQUEST]) };
    },
  };
}

/** A request is done when a worker says so: it gets no reply, or up to four. */
function asyncServer(): Broker {
  const path = "chapter3/async-client-server/asyncsrv";
  return {
    name: path,
    async start(factory, folder) {
      const args = ["--role", "server", "--bind", ANYWHERE, "--pause", "0"];
      const program = new Running(path, args, folder);
      const [, address = ""] = await program.line(LISTENING);
      const dealers = connected(factory, address, CLIENTS);
      for (const dealer of dealers) dealer.on("message", () => undefined);
      const work = (requests: number): Promise<void> =>
        program.within(
          "an answer",
          new Promise((resolve) => {
            let sent = 0;
            let done = 0;
            const next = (): void => {
              if (sent++ < requests) void dealers[sent % CLIENTS]?.send(REQUEST);
            };
            program.onLine = (line) => {
              if (!/^Worker \d+ received/.test(line)) return;
              done += 1;
              if (done === requests) resolve();
              else next();
            };
            for (let i = 0; i < CLIENTS * IN_FLIGHT; i += 1) next();
          }),
        );
      return { programs: [program], doors: [], work };
    },
  };
}

function requestHandlers(): Broker {
  const path = "chapter3/async-request-handlers/asyncrrhandlers";
  return {
    name: path,
    async start(factory, folder) {
      const args = ["--role", "server", "--bind", ANYWHERE, "--work", "0"];
      const program = new Running(path, args, folder);
      const [, address = ""] = await program.line(LISTENING);
      const dealers = connected(factory, address, CLIENTS);
      return { programs: [program], doors: [], work: asking(program, dealers, [REQUEST]) };
    },
  };
}

/** Two brokers: clients at DC1, workers at DC2, so that all work moves. */
function peering(path: string, extra: readonly string[]): Broker {
  return {
    name: path,
    async start(factory, folder) {
      const start = (self: string, peer: string): Running => {
        const args = ["--role", "broker", ...extra, self, peer];
        return new Running(path, args, folder, `${path} ${self}`);
      };
      const dc1 = start("DC1", "DC2");
      const dc2 = start("DC2", "DC1");
      await Promise.all([dc1.line(LISTENING), dc2.line(LISTENING)]);
      const address = (name: string): string => ipc(folder, name);
      await employ(factory, address("DC2-localbe.ipc"));
      const dealers = connected(factory, address("DC1-localfe.ipc"), CLIENTS);
      return {
        programs: [dc2, dc1],
        doors: ["localfe", "localbe", "cloud"].map((door) => address(`DC2-${door}.ipc`)),
        work: asking(dc1, dealers, ["", REQUEST]),
      };
    },
  };
}

/** What its clients send goes to its workers as it is, so it refuses nothing there. */
function simplePirate(): Broker {
  const path = "chapter4/simple-pirate/spqueue";
  return {
    name: path,
    async start(factory, folder) {
      const { program, frontend, backend } = await queue(path, [], folder);
      await employ(factory, backend, ["", "\x01"]);
      const dealers = connected(factory, frontend, CLIENTS);
      return {
        programs: [program],
        doors: [backend],
        work: asking(program, dealers, ["", REQUEST]),
      };
    },
  };
}

function paranoidPirate(): Broker {
  const path = "chapter4/paranoid-pirate/ppqueue";
  return {
    name: path,
    async start(factory, folder) {
      const { program, frontend, backend } = await queue(path, SILENT, folder);
      await employ(factory, backend, ["\x01"]);
      const dealers = connected(factory, frontend, CLIENTS);
      const doors = [frontend, backend];
      return { programs: [program], doors, work: asking(program, dealers, ["", REQUEST]) };
    },
  };
}

function majordomo(): Broker {
  const path = "chapter4/majordomo/mdbroker";
  return {
    name: path,
    async start(factory, folder) {
      const endpoint = ipc(folder, "broker");
      const program = new Running(path, ["--endpoint", endpoint, ...SILENT], folder);
      await program.line(LISTENING);
      const reply = ([, , , ...request]: Message): Frames => ["", "MDPW01", "\x03", ...request];
      await employ(factory, endpoint, ["", "MDPW01", "\x01", "echo"], reply);
      const dealers = connected(factory, endpoint, CLIENTS);
      const request = ["", "MDPC01", "echo", REQUEST];
      return { programs: [program], doors: [endpoint], work: asking(program, dealers, request) };
    },
  };
}

/** A queue between clients and workers. */
async function queue(path: string, args: readonly string[], folder: string) {
  const [frontend, backend] = [ipc(folder, "frontend"), ipc(folder, "backend")];
  const addresses = ["--frontend", frontend, "--backend", backend];
  const program = new Running(path, [...addresses, ...args], folder);
  await program.line(LISTENING);
  return { program, frontend, backend };
}

function ipc(folder: string, name: string): string {
  return `ipc://${join(folder, name)}`;
}

export function connected(
  factory: ZmqFactory,
  address: string,
  count: number,
): ZmqDealerConnection[] {
  return Array.from(
    { length: count },
    () => new ZmqDealerConnection(factory, ZmqEndpoint.connect(address)),
  );
}

/** Workers that reply at once, whatever envelope the request is in. */
async function employ(
  factory: ZmqFactory,
  address: string,
  ready: Frames = ["", "READY"],
  reply = (request: Message): Frames => [...request.slice(0, -1), "OK"],
): Promise<void> {
  for (const worker of connected(factory, address, WORKERS)) {
    worker.on("message", (request) => worker.send(reply(request)));
    await worker.send(ready);
  }
}

/** Keeps requests in flight, and counts the replies. */
function asking(
  program: Running,
  dealers: readonly ZmqDealerConnection[],
  request: readonly string[],
): Busy["work"] {
  let answered = (_by: ZmqConnection): void => undefined;
  for (const dealer of dealers) dealer.on("message", () => answered(dealer));
  return (requests) =>
    program.within(
      "a reply",
      new Promise((resolve) => {
        let sent = 0;
        let done = 0;
        const ask = (dealer: ZmqConnection): void => {
          if (sent++ < requests) void dealer.send(request);
        };
        answered = (by) => {
          done += 1;
          if (done === requests) resolve();
          else ask(by);
        };
        for (const dealer of dealers) {
          for (let i = 0; i < IN_FLIGHT; i += 1) ask(dealer);
        }
      }),
    );
}
