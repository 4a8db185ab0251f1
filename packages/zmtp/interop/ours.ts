import {
  type ConnectionOptions,
  type SocketTypeName,
  ZmqAuthenticator,
  ZmqConnection,
  ZmqFactory,
} from "tx0mq";
import { zmtp } from "../src/index.js";
import { type Maker, type TestOptions, TestSocket, type Text } from "./sockets.js";

/** Any connection, with nothing that its type adds. */
abstract class Plain extends ZmqConnection<Buffer[], readonly Buffer[], ConnectionOptions> {
  set(name: string, value: unknown): void {
    this.setOption(name, value);
  }
}

type PlainKind = new (factory: ZmqFactory, endpoints: [], options: ConnectionOptions) => Plain;

function kindOf(type: SocketTypeName): PlainKind {
  return class extends Plain {
    static override readonly socketType: SocketTypeName = type;
    /** As the library's ROUTER: who is full holds up nobody else. */
    protected static override peerOf(): ((frames: unknown) => string) | undefined {
      return type === "ROUTER" ? (frames) => String((frames as readonly unknown[])[0]) : undefined;
    }
  };
}

const bytes = (frames: Text): Buffer[] => frames.map((frame) => Buffer.from(frame, "latin1"));
const text = (frames: readonly Buffer[]): string[] =>
  frames.map((frame) => frame.toString("latin1"));

/** Sockets of this engine's, through the library. */
export class Ours implements Maker {
  readonly name = "zmtp";
  readonly factory = new ZmqFactory({ engine: zmtp, lingerPeriod: 0 });
  #guard: ZmqAuthenticator | undefined;

  async socket(type: SocketTypeName, options: TestOptions = {}): Promise<TestSocket> {
    return new OurSocket(new (kindOf(type))(this.factory, [], options));
  }

  async guard(users: Readonly<Record<string, string>>, keys: readonly string[]): Promise<void> {
    if (this.#guard !== undefined) return;
    this.#guard = new ZmqAuthenticator(this.factory);
    this.#guard.configurePlain(users);
    this.#guard.configureCurve(keys);
    this.#guard.on("denied", () => undefined);
  }

  async end(): Promise<void> {
    await this.factory.shutdown();
  }
}

const codeOf = (error: unknown): string => {
  const { errno, code } = error as { errno?: string; code?: string };
  return errno ?? code ?? String(error);
};

class OurSocket extends TestSocket {
  readonly #connection: Plain;

  constructor(connection: Plain) {
    super();
    this.#connection = connection;
    connection.on("error", () => undefined);
    connection.on("monitor", (event) => {
      const reason = event.type === "handshakeFailed" ? ` ${event.reason}` : "";
      const value = event.type === "retried" ? event.interval : 0;
      this.told({ name: event.type + reason, address: event.address, value });
    });
  }

  async bind(address: string): Promise<string> {
    this.#connection.addEndpoints({ bind: address });
    return this.#connection.lastEndpoint ?? "";
  }

  async connect(address: string): Promise<void> {
    this.#connection.addEndpoints({ connect: address });
  }

  async unbind(address: string): Promise<void> {
    this.#connection.removeEndpoints({ bind: address });
  }

  async disconnect(address: string): Promise<void> {
    this.#connection.removeEndpoints({ connect: address });
  }

  async set(option: string, value: string | number | boolean): Promise<void> {
    const given = typeof value === "string" ? Buffer.from(value, "latin1") : value;
    this.#connection.set(option, given);
  }

  async send(...frames: Text): Promise<void> {
    await this.#connection.send(bytes(frames));
  }

  trySend(...frames: Text): Promise<string> {
    return this.#connection.send(bytes(frames), { timeout: 0 }).then(() => "sent", codeOf);
  }

  protected async next(): Promise<string[]> {
    return text(await this.#connection.receive());
  }

  async tryReceive(): Promise<string[] | undefined> {
    return this.#connection.receive({ timeout: 0 }).then(text, () => undefined);
  }

  async close(): Promise<void> {
    await this.#connection.shutdown();
  }
}
