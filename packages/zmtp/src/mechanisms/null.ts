import { readMetadata, writeCommand } from "../protocol/commands.js";
import type { Metadata } from "../protocol/message.js";
import { Handshake, readRefusal, unexpected } from "./handshake.js";

/**
 * NULL: each side sends READY with its metadata, as soon as it likes (RFC 37, "The NULL Security Mechanism").
 * If the ZAP handler has to be asked, that comes first, without waiting for the peer: it may be asking its own, too.
 */
export class NullMechanism extends Handshake {
  #said = false;
  #heard: Metadata | undefined;

  begin(): Promise<void> | undefined {
    const { authenticate } = this.options;
    return authenticate && this.ask(authenticate, "NULL", [], () => {});
  }

  protected override say(): Buffer | undefined {
    if (this.#said) return undefined;
    this.#said = true;
    this.#finish();
    return writeCommand("READY", this.options.metadata);
  }

  protected override take(name: string, data: Buffer): undefined {
    if (this.#heard !== undefined) throw unexpected(name);
    if (name === "ERROR") throw readRefusal(data);
    if (name !== "READY") throw unexpected(name);
    this.#heard = readMetadata(data);
    this.#finish();
  }

  #finish(): void {
    if (this.#said && this.#heard !== undefined) this.succeed(this.#heard);
  }
}
