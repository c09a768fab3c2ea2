import type { ByteText } from '../text/bytes.js';
import { addsClause, addsCondition, endsInComment } from './sql-conditions.js';
import { callsOut } from './sql-functions.js';
import { SqlPhrase } from './sql-phrase.js';
import { addsUnion, embedsQuery, stacksStatement } from './sql-statements.js';
import { sqlTokens } from './sql-tokens.js';

/** Without one of these, nothing below can match. */
const suspicious =
  /\|\||&&|\/\*!\d|(?<![a-z_])(?:or|and|xor|having|when|union|select|order|group|limit|procedure|waitfor|sleep|into|from|load|exec(?:ute)?|drop|delete|insert|update|truncate|alter|create|declare|shutdown|benchmark|pg_sleep|extractvalue|updatexml|load_file|lo_import|openrowset|pg_read_file|randomblob|char|chr|concat|concat_ws|group_concat|unhex|hex|call|copy|set|sys_e\w+|xp_cmdshell|dbms_\w+|utl_\w+)(?![a-z_])|['"][\s);]*(?:--|#|\/\*)/i;

const injections = [addsCondition, endsInComment, addsUnion, stacksStatement, embedsQuery, addsClause];

/**
 * Whether a text, put into a statement of SQL, would change what the statement does: `injection` by its grammar, `extended` by what
 * it calls or reads. The text is read three times: as it stands, and as what follows a string that its first `'` or `"` ends.
 * @param text decoded
 */
export function looksForSqlInjection(text: ByteText): 'injection' | 'extended' | undefined {
  if (!suspicious.test(text)) return undefined;
  const phrases = phrasesOf(text);
  if (phrases.some((phrase) => injections.some((isInjection) => isInjection(phrase)))) return 'injection';
  return phrases.some(callsOut) ? 'extended' : undefined;
}

function phrasesOf(text: ByteText): readonly SqlPhrase[] {
  const phrases = [new SqlPhrase(sqlTokens(text), false, '')];
  for (const quote of ["'", '"']) {
    const at = text.indexOf(quote);
    if (at >= 0) phrases.push(new SqlPhrase(sqlTokens(text.slice(at + 1)), true, text.slice(0, at)));
  }
  return phrases;
}
