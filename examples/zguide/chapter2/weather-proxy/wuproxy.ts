// Weather proxy: an XSUB, connected to the weather server at tcp://localhost:5556, and an XPUB for
// subscribers on another network, bound to tcp://*:8100. Updates go out, subscriptions come in.

import { proxy, ZmqFactory, ZmqXPubConnection, ZmqXSubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { upstream, downstream } = flags({
  upstream: "tcp://localhost:5556",
  downstream: "tcp://*:8100",
});

const factory = new ZmqFactory();
factory.registerForShutdown(); // Ctrl-C ends the proxy
const updates = new ZmqXSubConnection(factory, { connect: upstream });
const subscribers = new ZmqXPubConnection(factory, { bind: downstream });
console.log(`wuproxy listening on ${subscribers.address}, updates from ${upstream}`);

// An XPUB hands subscriptions over as messages, and an XSUB takes them: so the proxy passes them on
// to the weather server, which then sends only what a client wants.
await proxy(updates, subscribers).ended;
