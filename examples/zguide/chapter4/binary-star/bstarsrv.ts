// Binary Star server: the primary with -p, a ROUTER bound to tcp://*:5001, or with -b the backup, bound to
// tcp://*:5002. They tell each other their states, from tcp://*:5003 and :5004; the active one replies.

import { ZmqFactory, ZmqPubConnection, ZmqRouterConnection, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { type State, StateMachine } from "./fsm.ts";

const { p, b, heartbeat, crashAfter, ...at } = flags({
  p: false,
  b: false,
  heartbeat: 1000, // ms between two; a peer that is silent for two may be dead
  crashAfter: Number, // requests, for a failover to look at
  frontend: String,
  local: String, // where the peer hears of our state
  remote: String, // where we hear of its state
});
if (p === b) {
  console.error("usage: bstarsrv { -p | -b }");
  process.exit(2);
}

const role = p ? "primary" : "backup";
const defaults = p
  ? { frontend: "tcp://*:5001", local: "tcp://*:5003", remote: "tcp://localhost:5004" }
  : { frontend: "tcp://*:5002", local: "tcp://*:5004", remote: "tcp://localhost:5003" };

const factory = new ZmqFactory();
factory.registerForShutdown();
const frontend = new ZmqRouterConnection(factory, { bind: at.frontend ?? defaults.frontend });
const publisher = new ZmqPubConnection(factory, { bind: at.local ?? defaults.local });
const subscriber = new ZmqSubConnection(factory, { connect: at.remote ?? defaults.remote });
subscriber.subscribe();
const machine = new StateMachine(role, heartbeat, changed);
console.log(`${role}, listening on ${frontend.address}, waiting for the other server`);

subscriber.on("message", (message) => machine.hear(message));

let requests = 0;
frontend.on("message", async (request) => {
  if (!machine.ask()) return; // the client goes to the other server
  if (++requests === crashAfter) {
    console.log("Simulating a crash");
    process.exit();
  }
  await frontend.send(request);
});

setInterval(async () => {
  const state = machine.tick();
  if (state !== undefined) await publisher.send(state);
}, heartbeat / 2);

function changed(state: State, why: string): void {
  if (state === "error") {
    console.error(`bstarsrv: fatal error: ${why}`);
    process.exit(1);
  }
  console.log(`${state}: ${why}`);
}
