// A heartbeater: a PUB, bound to tcp://127.0.0.1:5555, asks all hearts once a second, and a ROUTER, bound
// to tcp://127.0.0.1:5556, hears which are alive, and measures how soon. One that has not answered by the
// next beat has failed.

import { ZmqFactory, ZmqPubConnection, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { pings, pongs, period } = flags({
  pings: "tcp://127.0.0.1:5555",
  pongs: "tcp://127.0.0.1:5556",
  period: 1000,
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const pub = new ZmqPubConnection(factory, { bind: pings });
const router = new ZmqRouterConnection(factory, { bind: pongs });
console.log(`heartbeater: pings on ${pub.address}, pongs on ${router.address}`);

const hearts = new Set<string>();
let responses = new Map<string, number>(); // ms from ping to pong
let ping = "";
let pinged = 0;

router.on("message", ([heart, pong]) => {
  if (String(pong) === ping) responses.set(heart.toString("hex"), performance.now() - pinged);
  else console.log(`got bad heartbeat (possibly old?): ${pong}`);
});
setInterval(beat, period);

function beat(): void {
  for (const heart of responses.keys()) {
    if (!hearts.has(heart)) console.log(`yay, got new heart ${heart}!`);
    hearts.add(heart);
  }
  for (const heart of hearts) {
    if (responses.has(heart)) continue;
    console.log(`Heart ${heart} failed :(`);
    hearts.delete(heart);
  }
  const beating = [...hearts].map((heart) => `${heart} (${responses.get(heart)?.toFixed(1)} ms)`);
  console.log(`${hearts.size} beating hearts: ${beating.join(", ")}`);
  responses = new Map();
  pinged = performance.now();
  ping = (pinged / 1000).toFixed(3);
  pub.send(ping);
}
