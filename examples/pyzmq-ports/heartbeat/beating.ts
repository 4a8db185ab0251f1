// The thread of a heart: what its SUB hears of the heartbeater's PUB, its DEALER sends to the
// heartbeater's ROUTER.

import { parentPort, workerData } from "node:worker_threads";
import { ZmqDealerConnection, ZmqFactory, ZmqSubConnection } from "tx0mq";

const { pings, pongs }: { pings: string; pongs: string } = workerData;

const factory = new ZmqFactory();
const sub = new ZmqSubConnection(factory, { connect: pings });
const dealer = new ZmqDealerConnection(factory, { connect: pongs });
sub.subscribe();
sub.on("message", (ping) => dealer.send(ping));
parentPort?.postMessage("ready");
