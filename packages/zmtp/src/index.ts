export { zmtp } from "./engine.js";
