// Identity check: two REQ sockets, connected to a ROUTER that is bound to inproc://example. The ROUTER
// knows the first by an identity that it makes up, and the second by the one that it has set.

import { type Message, ZmqFactory, ZmqReqConnection, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "inproc://example" });

const factory = new ZmqFactory();
factory.registerForShutdown();
const sink = new ZmqRouterConnection(factory, { bind: endpoint });

const anonymous = new ZmqReqConnection(factory, { connect: sink.address });
await anonymous.send("ROUTER uses a generated 5 byte identity");
dump(await sink.receive());

const identified = new ZmqReqConnection(factory, { connect: sink.address }, { routingId: "PEER2" });
await identified.send("ROUTER socket uses REQ's socket identity");
dump(await sink.receive());

/** Prints each frame with its length: as text, or in hexadecimal digits. */
function dump(message: Message): void {
  console.log("----------------------------------------");
  for (const frame of message) {
    const text = /^[ -~]*$/.test(String(frame)) ? frame : frame.toString("hex").toUpperCase();
    console.log(`[${String(frame.length).padStart(3, "0")}] ${text}`);
  }
}
