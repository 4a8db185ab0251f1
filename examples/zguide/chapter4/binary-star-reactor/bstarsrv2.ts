// Binary Star server, on the bstar class: the primary with -p, a ROUTER bound to tcp://*:5001, or with -b
// the backup, bound to tcp://*:5002. States go from tcp://*:5003 and :5004. The active one echoes.

import { ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { BinaryStar, BinaryStarError } from "./bstar.ts";

const { p, b, heartbeat, ...at } = flags({
  p: false,
  b: false,
  heartbeat: 1000, // ms between two; a peer that is silent for two may be dead
  frontend: String,
  local: String, // where the peer hears of our state
  remote: String, // where we hear of its state
});
if (p === b) {
  console.error("usage: bstarsrv2 { -p | -b }");
  process.exit(2);
}

const role = p ? "primary" : "backup";
const defaults = p
  ? { frontend: "tcp://*:5001", local: "tcp://*:5003", remote: "tcp://localhost:5004" }
  : { frontend: "tcp://*:5002", local: "tcp://*:5004", remote: "tcp://localhost:5003" };

const factory = new ZmqFactory();
factory.registerForShutdown();
const star = new BinaryStar(factory, {
  role,
  local: at.local ?? defaults.local,
  remote: at.remote ?? defaults.remote,
  heartbeat,
  log: (what) => console.log(what),
});
const voter = new ZmqRouterConnection(factory, { bind: at.frontend ?? defaults.frontend });
console.log(`${role}, listening on ${voter.address}, waiting for the other server`);

try {
  await star.serve(voter, (request) => voter.send(request));
} catch (error) {
  if (!(error instanceof BinaryStarError)) throw error;
  console.error(`bstarsrv2: ${error.message}`);
  process.exitCode = 1;
}
