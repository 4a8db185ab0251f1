// The call that is measured, in three protocols.

import { XmlRpcClient } from "@foxglove/xmlrpc";
import jayson from "jayson";
import { type ZmqFactory, ZmqReqConnection } from "tx0mq";
import type { Echo } from "./benchmark.ts";

export function zmqEcho(factory: ZmqFactory, endpoint: string): Echo {
  const req = new ZmqReqConnection(factory, { connect: endpoint });
  return async (message) => {
    await req.send(message);
    return String(await req.receive());
  };
}

export function jsonRpcEcho(url: string): Echo {
  const { hostname, port } = new URL(url);
  const client = jayson.Client.http({ hostname, port });
  return (message) =>
    new Promise((resolve, reject) => {
      client.request("echo", [message], (error: unknown, reply: { result: string }) => {
        if (error) reject(error);
        else resolve(reply.result);
      });
    });
}

export function xmlRpcEcho(url: string): Echo {
  const client = new XmlRpcClient(url);
  return async (message) => String(await client.methodCall("echo", [message]));
}
