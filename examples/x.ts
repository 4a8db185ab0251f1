import { ZmqFactory, ZmqRepConnection, ZmqEndpoint } from "tx0mq";
const f: ZmqFactory = new ZmqFactory();
const r = new ZmqRepConnection(f, ZmqEndpoint.bind("tcp://127.0.0.1:*"));
console.log(r.endpoints.length, import.meta.url);
await f.shutdown();
