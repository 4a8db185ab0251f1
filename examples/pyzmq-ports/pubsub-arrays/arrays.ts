// Arrays of numbers as messages, as pyzmq sends NumPy's: a header in JSON, {"shape": [2, 3], "dtype":
// "float64"}, and a frame with the numbers, little-endian, the last index moving first.

import type { Message } from "tx0mq";

const TYPES = {
  float64: Float64Array,
  float32: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

export type DType = keyof typeof TYPES;
type Data = InstanceType<(typeof TYPES)[DType]>;

/** Numbers in as many dimensions as the shape has. */
export interface NumberArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Data;
}

/** An array of zeros. */
export function zeros(dtype: DType, shape: readonly number[]): NumberArray {
  return { dtype, shape, data: new TYPES[dtype](size(shape)) };
}

/** The two frames of an array. The data is not copied: leave it alone until it is sent. */
export function pack({ dtype, shape, data }: NumberArray): [header: string, data: Data] {
  return [JSON.stringify({ shape, dtype }), data];
}

/**
 * The array of a message; `undefined` for the last one, `{"done": true}`.
 *
 * @throws {TypeError} for a header that is none, a type that JavaScript has not got, and data of
 * another length than the header says
 */
export function unpack([header, bytes]: Message): NumberArray | undefined {
  const { done, dtype, shape } = parse(header);
  if (done === true) return undefined;
  if (typeof dtype !== "string" || !Object.hasOwn(TYPES, dtype))
    throw new TypeError(`no such dtype: ${JSON.stringify(dtype)}`);
  if (!isShape(shape)) throw new TypeError(`not a shape: ${JSON.stringify(shape)}`);
  const type = TYPES[dtype as DType];
  const length = size(shape) * type.BYTES_PER_ELEMENT;
  if (bytes?.length !== length) {
    throw new TypeError(
      `${bytes?.length ?? "no"} bytes for ${dtype} ${shape.join("x")}, which has ${length}`,
    );
  }
  // A copy: a frame may lie anywhere, numbers lie at multiples of their size.
  const data = new type(new Uint8Array(bytes).buffer);
  return { dtype: dtype as DType, shape, data };
}

function parse(header: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(String(header));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {}
  throw new TypeError("not a header");
}

function isShape(shape: unknown): shape is number[] {
  return (
    Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0)
  );
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
