/* Has sockets that are bound, connected, monitored and closed, and messages that wait, and still ends by itself. */
import { Context } from "../context.js";
import { Probe } from "./probe.js";

const context = new Context({ shared: false });
const socket = (type: "PUSH" | "PULL" | "REP" | "REQ", options = {}): Probe =>
  new Probe(context, type, options);
const ANYWHERE = "tcp://127.0.0.1:*";

const [req, rep] = [socket("REQ"), socket("REP")];
req.connect(rep.bind(ANYWHERE));
await req.send("question");
await rep.next();
rep.socket.rest?.();
req.socket.read();
req.socket.rest?.();

// No peer ever reads this message. It waits only for the linger period.
const lonely = socket("PUSH", { lingerPeriod: 1 });
lonely.connect("tcp://127.0.0.1:1");
await lonely.send("lost");

const monitored = socket("PULL");
monitored.socket.monitor();
monitored.bind("inproc://here");
await monitored.close();

// The last message arrives, since its linger period is long.
const [push, pull] = [socket("PUSH"), socket("PULL")];
pull.received = (frames) => {
  console.log(`got ${frames}`);
  return false;
};
push.connect(pull.bind(ANYWHERE));
void push.send("late");
pull.socket.read();
