// Multithreaded relay: three threads pass a signal on, over PAIR sockets. This is step 3, the main
// thread, bound to inproc://step3. It starts step 2, and that one starts step 1.

import { ZmqFactory, ZmqPairConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { thread } from "tx0mq/thread";

const addresses = flags({ step2: "inproc://step2", step3: "inproc://step3" });

const factory = new ZmqFactory({ shared: true }); // inproc reaches as far as the context
factory.registerForShutdown();
const receiver = new ZmqPairConnection(factory, { bind: addresses.step3 });
thread(new URL("./step2.ts", import.meta.url), { ...addresses, step3: receiver.address });

await receiver.receive();
console.log("Step 3 has the signal. Test successful!");
