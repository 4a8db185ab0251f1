import type { Frame, Message, Outgoing } from "../protocol/message.js";

/** The frames of a message that is sent. */
export function framesOf(message: Outgoing): readonly Frame[] {
  return Array.isArray(message) ? (message as readonly Frame[]) : [message as Frame];
}

/** Whether the message is a single frame. */
export function isSingle(message: Outgoing): boolean {
  return !Array.isArray(message) || message.length === 1;
}

/** The message with a frame before it. */
export function withFirst(first: Buffer, message: Message): Message {
  // Spread costs more, and most messages are short.
  if (message.length === 1) return [first, message[0] as Buffer];
  return [first, ...message];
}

/** Why types with messages of one frame refuse a message. */
export const MANY_FRAMES = "messages of this socket type have one frame";
