/* Listens, tells where, and then stops, so that it does not accept connections. */
import { createServer } from "node:net";

const server = createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`${port}\n`, () => process.kill(process.pid, "SIGSTOP"));
});
