// The XML-RPC client measures its calls of http://127.0.0.1:10002.

import { flags } from "tx0mq/flags";
import { table } from "./benchmark.ts";
import { xmlRpcEcho } from "./clients.ts";

const { url, max, period } = flags({ url: "http://127.0.0.1:10002", max: 6, period: 300 });

await table(url, xmlRpcEcho(url), max, period);
process.exit(); // and leave no connection open
