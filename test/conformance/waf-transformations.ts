import assert from 'node:assert/strict';
import { compileTransformations } from '../../src/layers/waf/local/text/transformations.js';
import { api, cases, guide } from './waf-cases.js';

const transformed = (text: string, ...types: readonly string[]) =>
  compileTransformations(types.map((type, priority) => ({ type, priority })))(text);

/** Pairs of what is sent and what is looked at. */
const become =
  (type: string, ...pairs: readonly (readonly [string, string])[]) =>
  () => {
    for (const [sent, seen] of pairs) assert.equal(transformed(sent, type), seen);
  };

/** What a text is before a statement looks at it. */
export const transformationCases = [
  ...cases(guide('waf-rule-statement-transformation.html'), {
    'looks at a text as it is with NONE': become('NONE', ['A%20b', 'A%20b']),
    'decodes with BASE64_DECODE': become('BASE64_DECODE', ['aGVsbG8=', 'hello']),
    'passes over what is no Base64 with BASE64_DECODE_EXT': become('BASE64_DECODE_EXT', ['aGV*sb G8=', 'hello']),
    'takes the disguise off shell commands with CMD_LINE': become('CMD_LINE', [
      `C^at  ,"/etc";\\LS (X`,
      'cat/etc ls(x',
    ]),
    'makes one space of white space with COMPRESS_WHITE_SPACE': become('COMPRESS_WHITE_SPACE', [
      'a\t\n\f\r\v\xa0 b',
      'a b',
    ]),
    'decodes CSS’s escapes with CSS_DECODE': become(
      'CSS_DECODE',
      ['ja\\vascript', 'javascript'],
      ['\\6a avascript', 'javascript'],
    ),
    'decodes C’s escapes with ESCAPE_SEQ_DECODE, and leaves others': become('ESCAPE_SEQ_DECODE', [
      'a\\x41\\101\\n\\q',
      'aAA\n\\q',
    ]),
    'decodes with HEX_DECODE': become('HEX_DECODE', ['68656c6c6f', 'hello']),
    'decodes entities with HTML_ENTITY_DECODE': become('HTML_ENTITY_DECODE', [
      '&lt;&#x73;&#99;&gt;&quot;&nbsp;',
      '<sc>"\xa0',
    ]),
    'decodes JavaScript’s escapes with JS_DECODE': become(
      'JS_DECODE',
      ['\\u0041\\x42\\103', 'ABC'],
      ['\\uff1c\\u0141', '<A'],
    ),
    'lowers A to Z with LOWERCASE': become('LOWERCASE', ['ABC \xc4', 'abc \xc4']),
    'makes the raw digest with MD5': () =>
      assert.equal(Buffer.from(transformed('a', 'MD5'), 'latin1').toString('hex'), '0cc175b9c0f1b6a831c399e269772661'),
    'resolves slashes and dots with NORMALIZE_PATH': become(
      'NORMALIZE_PATH',
      ['/a//./b/../c', '/a/c'],
      ['../a', '../a'],
    ),
    'takes backslashes for slashes with NORMALIZE_PATH_WIN': become('NORMALIZE_PATH_WIN', ['\\a\\..\\b', '/b']),
    'removes null bytes with REMOVE_NULLS': become('REMOVE_NULLS', ['a\0b', 'ab']),
    'makes spaces of null bytes with REPLACE_NULLS': become('REPLACE_NULLS', ['a\0b', 'a b']),
    'makes a space of each comment with REPLACE_COMMENTS': become('REPLACE_COMMENTS', [
      'a/*x*//*y*/b*/c/*z',
      'a  b*/c ',
    ]),
    'decodes numbers with SQL_HEX_DECODE': become('SQL_HEX_DECODE', ['x=0x414243', 'x=ABC']),
    'decodes once with URL_DECODE': become('URL_DECODE', ['a%2520b', 'a%20b'], ['%zz', '%zz']),
    'decodes Microsoft’s form too with URL_DECODE_UNI': become('URL_DECODE_UNI', ['%u0041%42', 'AB'], ['%uff1c', '<']),
    'writes characters as Unicode with UTF8_TO_UNICODE': become('UTF8_TO_UNICODE', ['a\xc3\xa4', 'a%u00e4']),
  }),
  ...cases(api('API_TextTransformation.html'), {
    'transforms from the lowest priority to the highest': () => {
      const steps = [
        { priority: 5, type: 'LOWERCASE' },
        { priority: 1, type: 'URL_DECODE' },
      ];
      assert.equal(compileTransformations(steps)('%41'), 'a');
    },
  }),
];
