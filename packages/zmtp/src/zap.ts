import type { InprocSocket, Names } from "./inproc-names.js";
import { type Authenticate, AuthenticationError, type ZapReply } from "./mechanisms/mechanism.js";
import { readZapReply, writeZapRequest } from "./mechanisms/zap.js";
import { ProtocolError } from "./protocol/message.js";
import type { Options } from "./settings.js";
import type { Pipe } from "./sockets/pipe.js";
import { SocketType } from "./sockets/socket.js";

/** Where the ZAP handler of a context is bound (RFC 27). */
const HANDLER = "zeromq.zap.01";
const LET_IN: ZapReply = { status: "200", text: "OK", userId: "", metadata: new Map() };

/** A request without an answer yet. */
interface Asked {
  resolve(reply: ZapReply): void;
  reject(error: Error): void;
}

/** Asks the ZAP handler of a context who may come in (RFC 27). */
export class Zap {
  readonly #names: Names;
  #client: ZapClient | undefined;

  constructor(names: Names) {
    this.#names = names;
  }

  /**
   * How a connection asks the handler; undefined if it need not ask. As libzmq, it asks about a NULL peer if there is
   * a domain, about a PLAIN client always, and about a CURVE client if there is a handler, or has to be.
   */
  authenticator(options: Options, mechanism: string, address: string): Authenticate | undefined {
    const domain = String(options.zapDomain ?? "");
    if (mechanism === "NULL" && domain === "") return undefined;
    const wanted = options.zapEnforceDomain === true || mechanism === "PLAIN";
    const routingId = (options.routingId ?? "") as string | Uint8Array;
    return async (_name, credentials, gone) => {
      if (!this.#names.isBound(HANDLER)) {
        if (!wanted) return LET_IN;
        throw new AuthenticationError("", "there is no ZAP handler that could let the peer in");
      }
      this.#client ??= new ZapClient(this.#names);
      return this.#client.ask(gone, (id) =>
        writeZapRequest({
          requestId: id,
          domain,
          address,
          routingId: Buffer.from(routingId as string),
          mechanism,
          credentials,
        }),
      );
    };
  }
}

/** The socket that asks. */
class ZapClient extends SocketType implements InprocSocket {
  readonly name = "DEALER";
  readonly type = this;
  readonly reading = true;
  override readonly options: Options = { sendHighWaterMark: 0, receiveHighWaterMark: 0 };
  readonly #names: Names;
  readonly #asked = new Map<string, Asked>();
  #pipe: Pipe | undefined;
  #requests = 0;

  constructor(names: Names) {
    super({});
    this.#names = names;
  }

  /** @param gone aborted when the peer does not wait for the answer any more */
  async ask(gone: AbortSignal, request: (id: string) => Uint8Array[]): Promise<ZapReply> {
    this.#requests += 1;
    const id = String(this.#requests);
    if (this.#pipe === undefined) this.#names.connectNow(HANDLER, this);
    const pipe = this.#pipe as Pipe | undefined;
    if (pipe === undefined) throw new AuthenticationError("", "the ZAP handler is gone");
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      gone.addEventListener("abort", () => {
        this.#asked.delete(id);
        reject(new AuthenticationError("", "the peer is gone"));
      });
      pipe.write([Buffer.alloc(0), ...request(id)]);
    });
  }

  override attach(pipe: Pipe): void {
    this.#pipe = pipe;
  }

  override readActivated(pipe: Pipe): void {
    for (let message = pipe.read(); message !== undefined; message = pipe.read()) {
      const isDelimited = message[0]?.length === 0;
      const frames = isDelimited ? message.slice(1) : message;
      const id = String(frames[1] ?? "");
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      try {
        if (!isDelimited)
          throw new ProtocolError("the ZAP handler's reply has no empty frame first");
        asked?.resolve(readZapReply(frames, id));
      } catch (error) {
        asked?.reject(error as Error);
      }
    }
  }

  override writeActivated(): void {}

  override pipeTerminated(): void {
    this.#pipe = undefined;
    for (const { reject } of this.#asked.values()) {
      reject(new AuthenticationError("", "the ZAP handler is gone"));
    }
    this.#asked.clear();
  }

  changed(): void {}
  countPeers(): void {}
  backlog(): void {}
  relieved(): void {}
  emptied(): void {}
  held(): void {}
}
