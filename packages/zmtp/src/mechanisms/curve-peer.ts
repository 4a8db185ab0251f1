import type { CurveMessages } from "./curve-messages.js";
import { Handshake, unexpected } from "./handshake.js";

/** The part that both sides of CURVE have in common: messages after the handshake, and keys to forget. */
export abstract class CurvePeer extends Handshake {
  /** There when the handshake is done. */
  protected messages: CurveMessages | undefined;

  encode(flags: number, body: Uint8Array): Buffer {
    return this.#open().encode(flags, body);
  }

  decode(body: Buffer): { flags: number; body: Buffer } {
    return this.#open().decode(body);
  }

  #open(): CurveMessages {
    if (this.messages === undefined) throw unexpected("MESSAGE");
    return this.messages;
  }

  /** Forgets the keys that only the handshake needs. */
  protected abstract forget(): void;

  override close(): void {
    super.close();
    this.forget();
    this.messages?.close();
  }
}
