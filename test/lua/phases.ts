import type { Phase, Plan } from '../harness/nginx.js';

const filters: readonly Phase[] = ['header_filter', 'body_filter', 'log'];
const plain = (phase: Phase): string => phase.replace('_', '-');

/** Asks the fixtures for a path, by a socket. */
const send = (path: string, port: number): string => `
  local socket = ngx.socket.tcp()
  socket:connect("127.0.0.1", ${String(port)})
  socket:send("GET ${path} HTTP/1.0\\r\\n\\r\\n")
  socket:receive("*a")
  socket:close()`;

const sendLater = (path: string, port: number): string => `
  ngx.timer.at(0, function()
    ${send(path, port)}
  end)`;

const refused: Readonly<Record<string, string>> = {
  require: 'require "resty.http"',
  io: 'io.open("/etc/passwd")',
  'os-execute': 'os.execute("true")',
  getenv: 'os.getenv("HOME")',
  setmetatable: 'setmetatable({}, {})',
  load: 'loadstring("return 1")',
  modules: 'string.lower = nil',
};

/** Snippets that try what each phase, and the sandbox, allows. @param port of the fixtures */
export const phasePlans = (port: number): Readonly<Record<string, Plan>> => ({
  ...Object.fromEntries(
    filters.flatMap((phase) => [
      [`socket-in-${plain(phase)}`, { functions: { [phase]: [send('/never', port)] } }],
      [`timer-in-${plain(phase)}`, { functions: { [phase]: [sendLater(`/from-${plain(phase)}`, port)] } }],
    ]),
  ),
  'status-in-header-filter': { functions: { header_filter: ['ngx.status = 418'] } },
  'exit-in-header-filter': { functions: { header_filter: ['kong.response.exit(503, { message = "asleep" })'] } },
  'replaced-body': {
    functions: {
      header_filter: ['ngx.status = 503 ngx.header["Content-Length"] = nil'],
      body_filter: ['if kong.response.get_raw_body() then kong.response.set_raw_body("replaced") end'],
    },
  },
  'own-answer': {
    functions: {
      access: ['kong.response.exit(401, { message = "no" })'],
      header_filter: ['kong.response.set_header("X-Filtered", "yes")'],
      log: ['kong.log.notice("logged ", ngx.status)'],
    },
  },
  underscore: { functions: { header_filter: ['ngx.header["X_With_Dash"] = "yes"'] } },
  'global-set': { functions: { access: ['leaked = "yes"'] } },
  'global-get': { functions: { header_filter: ['ngx.header["X-Global"] = tostring(leaked)'] } },
  ...Object.fromEntries(
    Object.entries(refused).map(([name, text]) => [`sandbox-${name}`, { functions: { access: [text] } }]),
  ),
});
