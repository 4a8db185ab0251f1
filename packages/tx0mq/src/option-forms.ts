import { decodedKey } from "./auth/z85.js";

/** The form that a value must have, besides its kind. */
export interface Form {
  readonly wanted: string;
  fits(value: string | Uint8Array): boolean;
}

/** A CURVE key. libzmq takes all zeros for no key. */
export const KEY: Form = {
  wanted: "40 characters of Z85 or 32 bytes, not all of them 0",
  fits: (value) => decodedKey(value)?.some((byte) => byte !== 0) ?? false,
};

/** A first byte of 0 marks the names that libzmq makes up. */
export const ROUTING_ID: Form = {
  wanted: "1 to 255 bytes, the first not 0",
  fits: (value) =>
    SHORT.fits(value) && (typeof value === "string" ? value.charCodeAt(0) : value[0]) !== 0,
};

/** A value for a field of ZMTP whose length is one byte. */
export const SHORT: Form = {
  wanted: "1 to 255 bytes",
  fits(value) {
    const length = typeof value === "string" ? Buffer.byteLength(value) : value.length;
    return length >= 1 && length <= 255;
  },
};
