// What packages publish: a module of what they export, not one of each source. A program starts sooner with it.
export default {
  external: (/** @type {string} */ name) => !/^[./]/.test(name), // other packages, and Node's own
  output: { dir: "dist", format: "es" },
};
