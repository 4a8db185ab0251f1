/** The programs of chapter 3 that bind a ROUTER, and how each is kept busy. */
import { join } from "node:path";
import { type ZmqConnection, ZmqDealerConnection, ZmqEndpoint, type ZmqFactory } from "tx0mq";
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
const LISTENING = /listening on ([^\s,]+)/;

export const BROKERS: readonly Broker[] = [
  giver("router-to-req/rtreq"),
  giver("router-to-dealer/rtdealer"),
  loadBalancing("load-balancing-broker/lbbroker"),
  loadBalancing("load-balancing-broker-highlevel/lbbroker2"),
  loadBalancing("load-balancing-broker-reactor/lbbroker3"),
  asyncServer(),
  requestHandlers(),
  peering("peering-flow/peering2", ["--share", "100"]),
  peering("peering-cluster/peering3", []),
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
  const path = "async-client-server/asyncsrv";
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
  const path = "async-request-handlers/asyncrrhandlers";
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
async function employ(factory: ZmqFactory, address: string): Promise<void> {
  for (const worker of connected(factory, address, WORKERS)) {
    worker.on("message", (request) => worker.send([...request.slice(0, -1), "OK"]));
    await worker.send(["", "READY"]);
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
