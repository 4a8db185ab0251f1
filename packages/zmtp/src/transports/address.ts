import { failure } from "./failure.js";

/** An address in its parts: `tcp://127.0.0.1:5555` is `tcp` and `127.0.0.1:5555`. */
export interface Address {
  readonly transport: string;
  readonly place: string;
}

/** @throws an Error with the code `"EINVAL"` if the address is not of the form `transport://place` */
export function parseAddress(address: string): Address {
  const end = address.indexOf("://");
  if (end < 1) throw failure("EINVAL", `${address} is no address`);
  return { transport: address.slice(0, end), place: address.slice(end + 3) };
}
