// Clone client, model one: a SUB socket, connected to tcp://localhost:5556. It keeps the updates in a map:
// the same as the server's, if it has been there from the start.

import { ZmqFactory, ZmqSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { KVMsg } from "../key-value-message/kvsimple.ts";

const { endpoint, to } = flags({ endpoint: "tcp://localhost:5556", to: Number });

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the loop below
const updates = new ZmqSubConnection(factory, { connect: endpoint });
updates.subscribe();
console.log(`clonecli1 waits for updates from ${endpoint} (Ctrl-C ends it)`);

const kvmap = new Map<string, KVMsg>();
let received = 0;
for await (const kvmsg of KVMsg.read(updates)) {
  if (received === 0) console.log(`The first update is number ${kvmsg.sequence}`);
  received += 1;
  kvmsg.store(kvmap);
  if (kvmsg.sequence === to) break;
}
console.log(`${received} messages in: ${kvmap.size} keys, digest ${digest(kvmap)}`);
