import { type Command, readMetadata, writeCommand } from "../protocol/commands.js";
import type { Metadata } from "../protocol/message.js";
import { brief, Handshake, malformed, readRefusal, unexpected } from "./handshake.js";
import { AuthenticationError, type MechanismOptions } from "./mechanism.js";

/**
 * All versions of libzmq begin the ERROR command of PLAIN with this. It should be a 5 and ERROR, but C++ reads the
 * first letter as a part of the number before it. libzmq's clients know only this, and take the right one for a
 * failure of the protocol. There are many more of them than of others, so we send this one; we understand both.
 */
const LIBZMQ_ERROR = Buffer.from("^RROR");

/** The client of PLAIN (RFC 24): it shows a name and a password, in the clear. */
export class PlainClient extends Handshake {
  readonly #username: Uint8Array;
  readonly #password: Uint8Array;
  #state: "say HELLO" | "expect WELCOME" | "say INITIATE" | "expect READY" | "done" = "say HELLO";

  /** @param username up to 255 bytes, and the password, too */
  constructor(options: MechanismOptions, username: Uint8Array, password: Uint8Array) {
    super(options);
    this.#username = username;
    this.#password = password;
  }

  protected override say(): Buffer | undefined {
    switch (this.#state) {
      case "say HELLO":
        this.#state = "expect WELCOME";
        return writeCommand("HELLO", brief(this.#username), brief(this.#password));
      case "say INITIATE":
        this.#state = "expect READY";
        return writeCommand("INITIATE", this.options.metadata);
      default:
        return undefined;
    }
  }

  protected override read(body: Buffer): Command {
    if (!body.subarray(0, LIBZMQ_ERROR.length).equals(LIBZMQ_ERROR)) return super.read(body);
    return { name: "ERROR", data: body.subarray(LIBZMQ_ERROR.length) };
  }

  protected override take(name: string, data: Buffer): undefined {
    const state = this.#state;
    if (state !== "expect WELCOME" && state !== "expect READY") throw unexpected(name);
    if (name === "ERROR") throw readRefusal(data);
    if (`expect ${name}` !== state) throw unexpected(name);
    if (state === "expect WELCOME") {
      if (data.length > 0) throw malformed("WELCOME");
      this.#state = "say INITIATE";
    } else {
      const peer = readMetadata(data);
      this.#state = "done";
      this.succeed(peer);
    }
  }
}

/**
 * The server of PLAIN (RFC 24). The ZAP handler says whether name and password are right: without a handler no
 * client comes in.
 */
export class PlainServer extends Handshake {
  #state: "expect HELLO" | "say WELCOME" | "expect INITIATE" | "say READY" | "done" =
    "expect HELLO";
  #client: Metadata = new Map();

  protected override say(): Buffer | undefined {
    switch (this.#state) {
      case "say WELCOME":
        this.#state = "expect INITIATE";
        return writeCommand("WELCOME");
      case "say READY":
        this.#state = "done";
        this.succeed(this.#client);
        return writeCommand("READY", this.options.metadata);
      default:
        return undefined;
    }
  }

  protected override take(name: string, data: Buffer): Promise<void> | undefined {
    if (`expect ${name}` !== this.#state) throw unexpected(name);
    if (name === "HELLO") return this.#hello(data);
    this.#client = readMetadata(data);
    this.#state = "say READY";
    return undefined;
  }

  protected override writeError(reason: string): Buffer {
    return Buffer.concat([LIBZMQ_ERROR, brief(Buffer.from(reason))]);
  }

  #hello(data: Buffer): Promise<void> {
    const passwordAt = 1 + (data[0] ?? 0);
    const end = passwordAt + 1 + (data[passwordAt] ?? 0);
    if (passwordAt >= data.length || end !== data.length) throw malformed("HELLO");
    const { authenticate } = this.options;
    if (authenticate === undefined) {
      throw new AuthenticationError("", "there is no ZAP handler that knows names and passwords");
    }
    const credentials = [data.subarray(1, passwordAt), data.subarray(passwordAt + 1)];
    return this.ask(authenticate, "PLAIN", credentials, () => {
      this.#state = "say WELCOME";
    });
  }
}
