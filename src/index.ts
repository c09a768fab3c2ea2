/** Landfall's public API. */
export { defineProject } from './config/define.js';
export { LandfallError, LandfallErrors, type Problem } from './base/errors.js';
