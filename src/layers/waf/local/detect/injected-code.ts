import type { ByteText } from '../text/bytes.js';

const innermost = /\$\{([^${}]*)\}/g;

/**
 * A Log4j lookup by JNDI, however it is disguised: lookups inside lookups are resolved as Log4j does (`${lower:J}`, `${::-j}`,
 * `${env:X:-j}`), from the inside out. @param text decoded
 */
export function looksUpJndi(text: ByteText): boolean {
  let current = text;
  for (let round = 0; round < 12 && current.includes('${'); round += 1) {
    if (/\$\{\s*jndi\s*:/i.test(current)) return true;
    const resolved = current.replace(innermost, (_all, inside: string) => lookup(inside));
    if (resolved === current) break;
    current = resolved;
  }
  return false;
}

/** Expressions of JavaScript's templates come to nothing. */
function lookup(inside: string): string {
  const fallback = inside.lastIndexOf(':-');
  if (fallback >= 0) return inside.slice(fallback + 2);
  const [, kind = '', value = ''] = /^(lower|upper|date|base64):(.*)$/is.exec(inside) ?? [];
  if (kind.toLowerCase() === 'base64') return Buffer.from(value, 'base64').toString('latin1');
  return kind.toLowerCase() === 'date' ? value.replaceAll("'", '') : value;
}

/** Serialised objects (raw, in Base64, in hexadecimal), and expressions that start processes. */
const java = [
  /\xac\xed\x00\x05/,
  /(?:^|[^A-Za-z0-9+/_-])rO0AB[A-Za-z0-9+/]/,
  /(?:^|[^0-9a-f])aced0005[0-9a-f]{4}/i,
  /getruntime\s*\(\s*\)\s*\.\s*exec/i,
  /java\.lang\.(?:runtime|processbuilder)\s*\)/i,
  /new\s+java\.lang\.processbuilder/i,
  /\bT\s*\(\s*java\.lang\./,
  /class\.module\.classloader/i,
  /#_memberaccess|@java\.lang\.runtime@/i,
  /com\.sun\.rowset\.jdbcrowsetimpl|functors\.invokertransformer|ysoserial/i,
  /javax\.script\.scriptenginemanager/i,
];

/** Without one of these, none of the above matches. */
const javaHint = /\xac\xed|rO0AB|aced0005|runtime|java|classloader|_memberaccess|jdbcrowset|invoker|ysoserial/i;

export const deserialisesJava = (text: ByteText): boolean =>
  javaHint.test(text) && java.some((pattern) => pattern.test(text));

/**
 * A reply of React's server components that reaches for prototypes (CVE-2025-55182): a reference such as `$1:__proto__:then`,
 * or a chunk with a made-up response. @param text the body, decoded
 */
export function reachesForPrototype(text: ByteText): boolean {
  if (/\$[\w@]*(?::\w+)*:(?:__proto__|constructor)(?::|\b)/.test(text)) return true;
  return text.includes('_response') && text.includes('_prefix') && /_formData|_chunks/.test(text);
}

/** Scanners that say who they are. */
const bots =
  /nessus|nmap|sqlmap|nikto|masscan|acunetix|dirbuster|gobuster|wpscan|zgrab|\bhydra\b|havij|openvas|w3af|arachni|netsparker|nuclei|wfuzz|\bffuf\b|jorgee|zmeu|morfeus|fimap|commix|whatweb|joomscan|dirsearch|feroxbuster/i;

export const isBadBot = (userAgent: ByteText): boolean => bots.test(userAgent);
