// What poll() says of a REP, bound to tcp://127.0.0.1:5555, and a REQ, connected to it, step by step:
// each may be read and written in its turn alone.

import { poll, ZmqFactory, ZmqRepConnection, ZmqReqConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { endpoint } = flags({ endpoint: "tcp://127.0.0.1:5555" });

const factory = new ZmqFactory();
const rep = new ZmqRepConnection(factory, { bind: endpoint });
const req = new ZmqReqConnection(factory, { connect: rep.address });
await show("connected");

await req.send("msg1");
await poll({ readable: [rep] }); // until the request is here
await show("the REQ has sent");

await rep.receive();
await show("the REP has received");

await rep.send("msg2");
await poll({ readable: [req] });
await show("the REP has replied");

await req.receive();
await show("the REQ has received");
await factory.shutdown();

async function show(when: string): Promise<void> {
  const sockets = [rep, req];
  const { readable, writable } = await poll({ readable: sockets, writable: sockets });
  const states = sockets.map((socket) => {
    const events = [readable.has(socket) && "readable", writable.has(socket) && "writable"];
    return `${socket.socketType} ${events.filter(Boolean).join("+") || "neither"}`;
  });
  console.log(`${when}: ${states.join(", ")}`);
}
