// Where documents are kept: in a folder, by NeDB, or in MongoDB.

import { existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import nedb from "@seald-io/nedb";
import { BSON, MongoClient } from "mongodb";

// The types tell of a default export that the package, which is CommonJS, does not have.
const Datastore = nedb as unknown as typeof nedb.default;

/** What JSON has between braces. */
export type Document = Readonly<Record<string, unknown>>;

/** Keeps documents, and gives each an `_id`. */
export interface DocumentStore {
  /** Once it resolves, the document is kept, however this program ends. */
  add(document: Document): Promise<void>;
  /** A document that has all these keys with these values. */
  find(keys: Document): Promise<Document | null>;
  close(): Promise<void>;
}

/** Keeps them in the file jobs.db of a folder. No other program may have it open. */
export async function openFolder(folder: string): Promise<DocumentStore> {
  const filename = join(folder, "jobs.db");
  // A line without its end was never written as a whole, and nobody was told that it was.
  const mend = (): void => {
    if (!existsSync(filename)) return;
    truncateSync(filename, readFileSync(filename).lastIndexOf("\n") + 1);
  };
  mend();
  const jobs = new Datastore({
    filename,
    corruptAlertThreshold: 0,
    // These characters end a line for NeDB, and JSON does not escape them.
    afterSerialization: (line) =>
      line.replace(
        /[\x85\u2028\u2029]/g,
        (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ),
    beforeDeserialization: (line) => line,
  });
  await jobs.loadDatabaseAsync();
  return {
    async add(document) {
      try {
        await jobs.insertAsync(document);
      } catch (error) {
        mend(); // the disk is full, perhaps: the next document begins a line of its own
        throw error;
      }
    },
    find: (keys) => jobs.findOneAsync(keys),
    close: async () => undefined,
  };
}

/** Keeps them in the collection "jobs" of the database that the URL names. */
export async function openMongoDb(url: string): Promise<DocumentStore> {
  const client = await new MongoClient(url).connect();
  const jobs = client.db().collection("jobs", { writeConcern: { w: "majority", journal: true } });
  return {
    add: async (document) => void (await jobs.insertOne({ ...document })),
    find: async (keys) => {
      const found = await jobs.findOne(keys);
      return found && BSON.EJSON.serialize(found);
    },
    close: () => client.close(),
  };
}
