import { createContext, Script, type Context } from 'node:vm';
import { FunctionExecutionError } from './restrictions.js';

/**
 * What the runtime has besides the language: the `querystring` module, a clock that stands still, helpers of the request. All of it is
 * made inside the context; only text crosses its border.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-features.html (read 2026-11-25)
 */
const prelude = new Script(`'use strict';
(function (global) {
  var RealDate = Date;
  var now = 0;
  function FixedDate() {
    var args = Array.prototype.slice.call(arguments);
    var date = args.length === 0 ? new RealDate(now) : new (Function.prototype.bind.apply(RealDate, [null].concat(args)))();
    return new.target === undefined ? date.toString() : date;
  }
  FixedDate.prototype = RealDate.prototype;
  FixedDate.now = function () { return now; };
  FixedDate.parse = RealDate.parse;
  FixedDate.UTC = RealDate.UTC;
  var decode = function (text) {
    try { return decodeURIComponent(text.replace(/\\+/g, ' ')); } catch (error) { return text; }
  };
  var querystring = {
    escape: encodeURIComponent,
    unescape: decode,
    parse: function (text) {
      var found = {};
      text.split('&').filter(Boolean).forEach(function (pair) {
        var at = pair.indexOf('=');
        var name = decode(at < 0 ? pair : pair.slice(0, at));
        var value = at < 0 ? '' : decode(pair.slice(at + 1));
        found[name] = name in found ? [].concat(found[name], value) : value;
      });
      return found;
    },
    stringify: function (object) {
      return Object.keys(object).map(function (name) {
        return [].concat(object[name]).map(function (value) {
          return encodeURIComponent(name) + '=' + encodeURIComponent(value);
        }).join('&');
      }).join('&');
    },
  };
  querystring.decode = querystring.parse;
  querystring.encode = querystring.stringify;
  global.Date = FixedDate;
  global.console = { log: function () {} };
  global.require = function (name) {
    if (name === 'querystring') return querystring;
    throw new Error('The local plane has no module ' + name + '.');
  };
  ['WebAssembly', 'SharedArrayBuffer', 'Atomics'].forEach(function (name) { delete global[name]; });
  var invoke = function (text, time, rawQuery) {
    now = time;
    global.__answer = undefined;
    var event = JSON.parse(text);
    Object.defineProperty(event.request, 'rawQueryString', { value: function () { return rawQuery; }, enumerable: false });
    var fail = function (error) { global.__answer = JSON.stringify({ error: String(error) }); };
    Promise.resolve().then(function () { return global.handler(event); }).then(function (returned) {
      global.__answer = JSON.stringify({ returned: returned });
    }).catch(fail);
  };
  Object.defineProperty(global, '__invoke', { value: invoke });
})(globalThis);`);

const invoke = new Script('__invoke(globalThis.__event, globalThis.__now, globalThis.__query)');
const answer = new Script('globalThis.__answer');

/** A function of the user's in a context of its own, without Node, network, timers and evaluation of text. */
export class Sandbox {
  readonly #context: Context;

  /** @throws Error for code that is no script, or that fails when it is loaded */
  constructor(
    code: string,
    filename: string,
    private readonly timeoutMs: number,
  ) {
    this.#context = createContext(Object.create(null) as object, {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: 'afterEvaluate',
    });
    prelude.runInContext(this.#context);
    new Script(`'use strict';${code}\n;globalThis.handler = handler;`, { filename }).runInContext(this.#context, {
      timeout: timeoutMs,
    });
  }

  /** What the handler returned for an event. @param now milliseconds since 1970 @throws FunctionExecutionError */
  run(event: object, now: number, rawQuery: string | undefined): unknown {
    Object.assign(this.#context, { __event: JSON.stringify(event), __now: now, __query: rawQuery });
    try {
      invoke.runInContext(this.#context, { timeout: this.timeoutMs });
    } catch (error) {
      // The context has an Error of its own.
      throw new FunctionExecutionError(String(error), { cause: error });
    }
    const text: unknown = answer.runInContext(this.#context);
    if (typeof text !== 'string') throw new FunctionExecutionError('It did not end.');
    const { error, returned } = JSON.parse(text) as { readonly error?: string; readonly returned?: unknown };
    if (error !== undefined) throw new FunctionExecutionError(error);
    return returned;
  }
}
