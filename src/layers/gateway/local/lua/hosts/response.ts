import { allValues } from '../../../../../local/http/headers.js';
import { draftOf, exchangeOf, type Hosts } from '../scope.js';
import { number, text, texts } from './arguments.js';
import { headerTable, withValues } from './headers.js';

/** What Lua may know and change of the response, or answer itself. */
export const responseHosts: Hosts = {
  response_headers: ([max, raw], run) => headerTable(draftOf(run).headers, number(max), raw === true),
  response_header: ([name], run) => {
    const values = allValues(draftOf(run).headers, text(name));
    return values.length > 1 ? values : values[0];
  },
  set_response_header: ([name, value], run) => {
    const draft = draftOf(run);
    draft.headers = withValues(draft.headers, text(name), texts(value));
    return undefined;
  },
  add_response_header: ([name, value], run) => {
    draftOf(run).headers.push(...texts(value).map((one) => [text(name), one] as const));
    return undefined;
  },
  status: (_args, run) => draftOf(run).status,
  set_status: ([status], run) => {
    draftOf(run).status = number(status);
    return undefined;
  },
  print: ([bytes], { scope }) => {
    scope.printed.push(text(bytes));
    return undefined;
  },
  exit: ([status, ends], run) => {
    run.scope.exitStatus = number(status);
    run.exited = ends === true;
    return undefined;
  },
  source_of_response: (_args, run) => exchangeOf(run).source,
  service_status: (_args, run) => exchangeOf(run).upstream?.status,
};
