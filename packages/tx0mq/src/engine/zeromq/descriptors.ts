import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { errnoOf, ZmqSystemError } from "../../errors.js";

/** Whether the process has file descriptors for so many more files and sockets. */
export function canOpenFiles(count: number): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < count) opened.push(openSync(devNull, "r"));
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    return errno !== "EMFILE" && errno !== "ENFILE"; // else there is no such file to ask with
  } finally {
    for (const file of opened) closeSync(file);
  }
}

/** @param what cannot be done without a file descriptor */
export function outOfDescriptors(what: string): ZmqSystemError {
  return new ZmqSystemError(`${what}: the process may open no more files and sockets`, "EMFILE");
}
