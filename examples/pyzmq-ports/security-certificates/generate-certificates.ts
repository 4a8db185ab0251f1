// Generates the certificates of a server and a client, in a folder that is not there yet: "certificates",
// unless another is given. The houses stonehouse and ironhouse use them.

import { existsSync } from "node:fs";
import { flags } from "tx0mq/flags";
import { generateCertificates } from "./certificates.ts";

const { folder } = flags({}, { folder: "certificates" });

if (existsSync(folder)) {
  console.error(
    `${folder} is there already, and nothing is overwritten: remove it, or name another`,
  );
  process.exitCode = 1;
} else {
  for (const path of await generateCertificates(folder)) console.log(path);
}
