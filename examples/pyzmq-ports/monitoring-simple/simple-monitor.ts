// Socket monitoring: prints each event of a REQ, bound to tcp://127.0.0.1:6666 and 6667, while a REP
// connects, disconnects, and closes, and then the events of a REP that finds nobody to connect to.

import { once } from "node:events";
import {
  type MonitorEvent,
  ZmqFactory,
  ZmqRepConnection,
  ZmqReqConnection,
  zmqVersion,
} from "tx0mq";
import { flags } from "tx0mq/flags";

const { first, second } = flags({ first: "tcp://127.0.0.1:6666", second: "tcp://127.0.0.1:6667" });

console.log(`libzmq-${zmqVersion()}`);
const factory = new ZmqFactory();
factory.registerForShutdown();
const req = new ZmqReqConnection(factory);
req.on("monitor", (event) => print("REQ", event));

step("bind req");
for (const bind of [first, second]) {
  req.addEndpoints({ bind });
  await once(req, "listening");
}

step("connect rep");
const rep = new ZmqRepConnection(factory, { connect: first });
rep.serve((request) => request);
await once(req, "handshakeSucceeded");
rep.addEndpoints({ connect: second });
await once(req, "handshakeSucceeded");

step("disconnect rep");
rep.removeEndpoints({ connect: first });
await once(req, "disconnected");

step("close rep");
await Promise.all([once(req, "disconnected"), rep.shutdown()]);

step("close req, connect another rep");
await req.shutdown();
const other = new ZmqRepConnection(factory);
other.on("monitor", (event) => print("REP", event));
other.addEndpoints({ connect: first });
await once(other, "retried");
await factory.shutdown();

function step(what: string): void {
  console.log(`---------------------------------------- ${what}`);
}

function print(socket: string, { type, ...details }: MonitorEvent): void {
  console.log(`${socket}: ${type} ${Object.values(details).join(" ")}`);
}
