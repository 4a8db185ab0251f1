import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { errnoOf, ZmqSystemError } from "../../errors.js";

/** How many descriptors libzmq's own threads, which accept and connect, may take at the same moment. */
const SPARE = 12;

/** Whether the process has file descriptors for `count` more files and sockets, and some to spare. */
export function canOpenFiles(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count + SPARE) opened.push(openSync(devNull, "r"));
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    return errno !== "EMFILE" && errno !== "ENFILE"; // else there is no such file to ask with
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** @param what the operation that needs a file descriptor, as `cannot …` */
export function outOfDescriptors(what: string): ZmqSystemError {
  return new ZmqSystemError(`${what}: the process may open no more files and sockets`, "EMFILE");
}
