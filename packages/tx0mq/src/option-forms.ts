/** The form that a value must have, besides its kind. */
export interface Form {
  readonly wanted: string;
  fits(value: string | Uint8Array): boolean;
}

/** A CURVE key. libzmq takes all zeros for no key. */
export const KEY: Form = {
  wanted: "40 characters of Z85 or 32 bytes, not all of them 0",
  fits: (value) =>
    typeof value === "string"
      ? /^(?!0+$)[0-9A-Za-z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/.test(value)
      : value.length === 32 && value.some((byte) => byte !== 0),
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
