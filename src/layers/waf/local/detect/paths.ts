import type { ByteText } from '../text/bytes.js';

const sensitive =
  /(?:^|[\\/])(?:etc[\\/](?:passwd|shadow|hosts|group|issue|nginx|apache2|ssh)|proc[\\/](?:self|version|\d+)|windows[\\/](?:win\.ini|system32|system\.ini)|winnt[\\/]|boot\.ini|\.env(?![\w-])|\.git[\\/]|\.ssh[\\/]|\.aws[\\/]|wp-config\.php|web-inf[\\/]?|web\.config|var[\\/]log[\\/]|id_rsa)/i;

/** `../`, `..\`, `....//`, `..;/`: one step up. */
const stepUp = /(?:^|[\\/=:'"(\s])\.{2,}(?:;[^\\/]*)?[\\/]+/g;

/** Schemes that read files. */
const fileScheme = /^(?:file|php|phar|expect|zip|glob):\/\/|^file:\/(?!\/)/i;

/** A file that only an attacker names in full. */
const wellKnown = /^(?:\/etc\/(?:passwd|shadow|group)|\/proc\/self\/\w+|[a-z]:[\\/](?:windows|winnt|boot\.ini))/i;

/** How strictly a component is looked at: links such as `../../a.png` are usual in bodies, and not in queries. */
export type PathScope = 'path' | 'query' | 'body';

/** Whether a text leads out of the folder that it is looked up in. @param text decoded */
export function leadsOut(text: ByteText, scope: PathScope): boolean {
  if (fileScheme.test(text) || (scope !== 'path' && wellKnown.test(text))) return true;
  const steps = text.includes('..') ? (text.match(stepUp)?.length ?? 0) + stepsInside(text) : 0;
  if (steps === 0) return false;
  if (sensitive.test(text)) return true;
  if (steps < 2 || /\s/.test(text)) return false;
  return scope !== 'body' || (/^[\w.\\/;~%-]+$/.test(text) && steps > 2);
}

/** Steps right after one another share a slash, of which the expression above takes only every second. */
const stepsInside = (text: ByteText): number => (/\.\.[\\/]+(?:\.\.[\\/]+)+/.test(text) ? 1 : 0);

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (read 2026-11-25) names `.log` and `.ini` */
const extensions =
  /\.(?:log|ini|conf|cfg|bak|backup|swp|swo|dll|sys|bat|cmd|htaccess|htpasswd|mdb|dbf|dump|inc|asa|asax|axd|cdx|printer|webinfo|resources|rdb)$/i;

/** A path, or a value that is nothing but a path, that names a file which servers should not give away. */
export function hasRestrictedExtension(path: ByteText): boolean {
  return extensions.test(path) && !/\s/.test(path);
}

const exploitable =
  /(?:^|\/)(?:web-inf|meta-inf|\.git|\.svn|\.hg|\.aws|\.ssh|\.env(?:\.[\w.-]+)?|\.ds_store|wp-config\.php\w*|phpunit|server-status|cgi-bin)(?:\/|$)|\/etc\/passwd/i;

/** A path that is asked for only to break in, such as `/WEB-INF/web.xml`. @param path decoded */
export const isExploitablePath = (path: ByteText): boolean => exploitable.test(path);

const addressed =
  /(?:https?|ftps?|file):\/\/(?:[\w.~%!$&'*+-]*(?::[^@\s/]*)?@)?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w.-]*[a-z])/i;

/** A URL whose host is an IPv4 address. */
export const namesRemoteFile = (text: ByteText): boolean => text.includes('://') && addressed.test(text);
