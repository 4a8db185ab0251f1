// A document store for clients on the network: a ROUTER, bound to tcp://127.0.0.1:5000, adds documents
// and finds them again, one request after the other. It keeps them in a folder, or in MongoDB by its URL.

import { isUtf8 } from "node:buffer";
import { ZmqFactory, ZmqRouterConnection } from "tx0mq";
import { flags } from "tx0mq/flags";
import { type Document, openFolder, openMongoDb } from "./store.ts";

const { endpoint, url, folder, maxSize } = flags({
  endpoint: "tcp://127.0.0.1:5000",
  url: String,
  folder: ".ipcontroller",
  maxSize: 2 ** 20,
});

const mongoDb = url ?? process.env.MONGODB_URL;
const factory = new ZmqFactory();
factory.registerForShutdown();
const router = new ZmqRouterConnection(
  factory,
  { bind: endpoint },
  { maxMessageSize: 2 * maxSize },
);
// After the bind: a second controller gets no address, and must not touch the documents of the first.
const store = mongoDb ? await openMongoDb(mongoDb) : await openFolder(folder);
console.log(`controller: documents of ${mongoDb ? "MongoDB" : folder} at ${router.address}`);

for await (const [client, ...request] of router) {
  await router.send([client, await answer(request)]);
}
await store.close();

async function answer(request: Buffer[]): Promise<string> {
  try {
    const [operation, contents] = request;
    if (contents === undefined || request.length > 2) {
      throw new Error(`invalid message received: ${request.length} frames`);
    }
    const document = read(contents);
    if (String(operation) === "get") return JSON.stringify(await store.find(document));
    if (String(operation) !== "add") throw new Error("no such operation: there are add and get");
    if ("_id" in document) throw new Error("an _id is given by the store");
    await store.add(document);
    console.log(`added a document of ${contents.length} bytes`);
    return "success";
  } catch (error) {
    const reply = `Error: ${(error as Error).message}`;
    console.error(`controller: ${JSON.stringify(reply)}`); // a line, whatever was sent
    return reply;
  }
}

/** Keys with a dollar are operators and marks of the stores: no client has them. */
function read(json: Buffer): Document {
  if (json.length > maxSize) throw new Error(`${json.length} bytes, where ${maxSize} may be`);
  if (!isUtf8(json)) throw new Error("not UTF-8");
  const document: unknown = JSON.parse(String(json), (key, value) => {
    if (key.startsWith("$") || key === "__proto__") throw new Error(`no key may be ${key}`);
    return value;
  });
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    return document as Document;
  }
  throw new Error("not a document");
}
