import type { ByteText } from '../text/bytes.js';
import { htmlEntityDecode } from '../text/escapes.js';

/** Elements that run or load something by themselves. */
const dangerous =
  /^(?:script|iframe|frame|frameset|object|embed|applet|base|meta|isindex|xss|foreignobject|handler|listener)$/;

/** Attributes that hold an address. */
const address =
  /(?:^|[\s/"'])(?:href|src|action|formaction|data|poster|background|xlink:href|from|to|values|code|codebase|lowsrc|dynsrc)\s*=\s*["']?\s*([^"'>]*)/gi;

/** Schemes that run code. */
const scheme = /^(?:javascript|vbscript|livescript|mocha):|^data:(?!image\/)[^,]*(?:html|xml|svg|script)/i;

const handler = /(?:^|[\s/"'\0])on[a-z]{3,24}\s*=/i;

/** Handlers that attackers add to an element whose attribute they end with a quote. */
const addedHandler =
  /["'`][\s/]*[^<>"'`]*?(?:^|[\s/"'`])on(?:abort|animation(?:end|start)|beforeinput|blur|change|click|contextmenu|dblclick|drag\w*|drop|error|focus(?:in|out)?|hashchange|input|key(?:down|press|up)|load|message|mouse\w+|pageshow|paste|pointer\w+|resize|scroll|select|submit|toggle|touch\w+|transitionend|unload|wheel)\s*=\s*["'`]?[\w.$]+\s*[(=`:[]?/i;

/** Ends a string of JavaScript, and calls one of the functions that proofs call. */
const brokenScript =
  /["'`][\s)}\]]*[;\-+*/|&,]\s*(?:alert|confirm|prompt|eval|fetch|import)\s*[(`]|document\s*\.\s*cookie/i;

/**
 * Whether a text brings script into a page: an element or handler that runs, an address that is code. Markup that only formats
 * (`<b>`, `<p class="x">`, `<img src="a.png">`) does not match, nor does `a < b`.
 * @param text decoded
 */
export function looksForScript(text: ByteText): boolean {
  if (!/[<"'`:]/.test(text)) return scheme.test(squeezed(text));
  const plain = text.includes('\0') ? text.replaceAll('\0', '') : text;
  if (hasScheme(plain) || (plain.length < 2048 && brokenScript.test(plain))) return true;
  if (/on[a-z]{3,}\s*=/i.test(plain) && addedHandler.test(plain)) return true;
  return plain.includes('<') && hasDangerousTag(plain);
}

function hasDangerousTag(text: ByteText): boolean {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const [, close, name] = /^<[\s/]*(\/?)([a-z!?][\w:!-]*)/i.exec(text.slice(at, at + 80)) ?? [];
    if (name === undefined) continue;
    const tag = name.toLowerCase().replace(/^.*:/, '');
    if (dangerous.test(tag)) return true;
    if (tag.startsWith('!entity') || close === '/') continue;
    const end = text.indexOf('>', at);
    const attributes = text.slice(at + 1 + name.length, end < 0 ? Math.min(text.length, at + 2048) : end + 1);
    if (hasDangerousAttribute(tag, attributes)) return true;
  }
  return false;
}

function hasDangerousAttribute(tag: string, attributes: ByteText): boolean {
  if (handler.test(attributes) || /[\s/"']srcdoc\s*=/i.test(attributes)) return true;
  if (/style\s*=.*(?:expression\s*\(|javascript:|-moz-binding)/is.test(attributes)) return true;
  if (tag === 'link' && /rel\s*=\s*["']?(?:stylesheet|import)/i.test(attributes)) return true;
  for (const [, value = ''] of attributes.matchAll(address)) if (hasScheme(value)) return true;
  return false;
}

/** Browsers pass over control characters and spaces inside a scheme, and decode entities. */
const squeezed = (value: ByteText): ByteText => htmlEntityDecode(value.slice(0, 200)).replace(/[\x00-\x20\xa0]+/g, '');

function hasScheme(value: ByteText): boolean {
  const start = squeezed(value.trimStart());
  // “JavaScript: The Good Parts” is a book.
  return scheme.test(start) && !(/^\s*\w+:\s/.test(value) && !/[(`=]/.test(value));
}
