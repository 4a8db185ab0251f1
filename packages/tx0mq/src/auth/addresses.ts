import { BlockList, isIP } from "node:net";
import { ZmqArgumentError } from "../errors.js";

/** IP addresses and ranges of them. */
export class AddressList {
  readonly #list = new BlockList();
  isEmpty = true;

  /** @param address as `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. @throws {ZmqArgumentError} */
  add(address: string): void {
    const [, ip = "", prefix] = /^([\d.a-f:]+)(?:\/(\d{1,3}))?$/i.exec(address) ?? [];
    const family = isIP(ip);
    const bits = family === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (family === 0 || length > bits) {
      throw new ZmqArgumentError(
        `${JSON.stringify(address)} is neither an IP address nor a range such as 10.0.0.0/8`,
      );
    }
    this.#list.addSubnet(ip, length, family === 4 ? "ipv4" : "ipv6");
    this.isEmpty = false;
  }

  /** @param address as libzmq reports it: no IP address if the peer came over ipc */
  has(address: string): boolean {
    const [ip = ""] = address.split("%"); // fe80::1%eth0
    const [, mapped] = /^::ffff:([\d.]+)$/i.exec(ip) ?? [];
    if (mapped !== undefined && this.#list.check(mapped, "ipv4")) return true;
    const family = isIP(ip);
    if (family === 4 && this.#list.check(`::ffff:${ip}`, "ipv6")) return true;
    return family !== 0 && this.#list.check(ip, family === 4 ? "ipv4" : "ipv6");
  }
}
