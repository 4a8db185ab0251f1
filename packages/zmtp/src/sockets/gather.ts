import type { Message } from "../protocol/message.js";
import { Pull } from "./pull.js";

/** GATHER (RFC 49): a PULL with messages of one frame. It drops others that come. */
export class Gather extends Pull {
  protected override take(): Message | undefined {
    for (;;) {
      const message = super.take();
      if (message === undefined || message.length === 1) return message;
    }
  }
}
