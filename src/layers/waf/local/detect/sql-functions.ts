import type { SqlPhrase } from './sql-phrase.js';

/** Functions that only attackers put into a request. */
const revealing: ReadonlySet<string> = new Set([
  'benchmark',
  'dbms_pipe.receive_message',
  'dbms_lock.sleep',
  'extractvalue',
  'load_file',
  'lo_import',
  'openrowset',
  'pg_read_file',
  'pg_sleep',
  'randomblob',
  'sys_eval',
  'sys_exec',
  'updatexml',
  'utl_http.request',
  'utl_inaddr.get_host_address',
  'xp_cmdshell',
]);

const sleeps: ReadonlySet<string> = new Set(['sleep']);
const joins: ReadonlySet<string> = new Set(['char', 'chr', 'concat', 'concat_ws', 'group_concat', 'unhex', 'hex']);

/** Tables about tables. */
const catalogues =
  /^(?:information_schema\.\w+|sqlite_master|sysobjects|syscolumns|pg_(?:shadow|user|tables)|mysql\.user|all_tables|sys\.\w+)$/;

/** `sleep(5)` where a value belongs, `waitfor delay '0:0:5'`, `extractvalue(1,…)`, `char(39,65)`, the catalogue, files, shells. */
export function callsOut(phrase: SqlPhrase): boolean {
  return phrase.some((at) => {
    if (phrase.tokens[at]?.isConditional === true) return true;
    if (phrase.isCall(at, revealing)) return !phrase.is(at - 1, 'function', 'def') && isArgument(phrase, at + 2);
    if (phrase.isCall(at, sleeps)) return isSleep(phrase, at);
    if (phrase.isCall(at, joins)) return joinsBytes(phrase, at + 2);
    if (phrase.is(at, 'waitfor'))
      return phrase.is(at + 1, 'delay', 'time') && phrase.isKind(at + 2, 'string', 'variable');
    if (phrase.is(at, 'into')) return phrase.is(at + 1, 'outfile', 'dumpfile') && phrase.isKind(at + 2, 'string');
    if (phrase.is(at, 'load')) return phrase.is(at + 1, 'data') && phrase.has(at + 2, 'infile');
    if (phrase.is(at, 'from')) return catalogues.test(phrase.text(at + 1) ?? '') && readsCatalogue(phrase, at);
    return phrase.is(at, 'exec', 'execute') && /^(?:master|xp_|sp_)/.test(phrase.text(at + 1) ?? '');
  });
}

const isArgument = (phrase: SqlPhrase, at: number): boolean =>
  phrase.isLiteral(at) ||
  phrase.isCall(at, joins) ||
  phrase.is(at, '(', 'null', 'md5', 'sha1', 'select') ||
  phrase.is(at + 1, '(');

/** Programs sleep too: `await sleep(5)`, `time.sleep(5)`. */
function isSleep(phrase: SqlPhrase, at: number): boolean {
  if (!phrase.isKind(at + 2, 'number') || !phrase.is(at + 3, ')')) return false;
  if (at === 0) return phrase.isEnd(at + 4);
  return (
    phrase.is(at - 1, 'and', 'or', 'xor', 'select', '-', '+', '*', '/', '||', '&&', '|', '^', 'rlike', 'like', ',') ||
    opensSelect(phrase, at)
  );
}

const opensSelect = (phrase: SqlPhrase, at: number): boolean =>
  phrase.is(at - 1, '(') && phrase.is(at - 2, 'select', 'and', 'or', 'from', '=');

function joinsBytes(phrase: SqlPhrase, at: number): boolean {
  if (phrase.isKind(at, 'number') && (phrase.text(at) ?? '').startsWith('0x')) return true;
  const isList = phrase.isKind(at, 'number') && phrase.is(at + 1, ',') && phrase.isKind(at + 2, 'number');
  return isList && phrase.is(at - 2, 'char', 'chr');
}

const readsCatalogue = (phrase: SqlPhrase, from: number): boolean => {
  for (let at = from - 1; at >= 0; at -= 1) if (phrase.is(at, 'select')) return true;
  return false;
};
