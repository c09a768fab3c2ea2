import type { Wafv2WebAclFieldToMatch, Wafv2WebAclStatement } from '../../stack/aws-schema.gen.js';

/** One number in decimal, hexadecimal or octal, with leading zeros, as `inet_aton` and URL parsers read it. */
const first = '(?:0*169|0x0*a9|0+251)';
const second = '(?:0*254|0x0*fe|0+376)';

/**
 * Spellings of the instance metadata address 169.254.169.254 and of the task's, 169.254.170.2, in decoded lower-case text: one to
 * four numbers (the last one fills the rest), each decimal, hexadecimal or octal; inside IPv6 addresses (`::ffff:a9fe:a9fe`); and
 * `fd00:ec2::254`. What starts like the task's address (169.254.170.23) matches too.
 * Not found: other encodings (JSON's `\u0031`, Base64), digits outside ASCII, and names that resolve to the address.
 * @see https://url.spec.whatwg.org/#concept-ipv4-parser (not re-read)
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (not re-read)
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html (not re-read)
 */
export const metadataPattern = [
  `${first}\\.(?:${second}\\.(?:${first}\\.${second}|(?:0*170|0x0*aa|0+252)\\.(?:0*2|0x0*2)|0*435(?:18|22)|0x0*(?:a9fe|aa02)|0+12(?:4776|5002))`,
  `0*1668966[26]|0x0*fe(?:a9fe|aa02)|0+7752(?:4776|5002))`,
  `28520391(?:66|70)`,
  `0x0*a9fe(?:a9fe|aa02)`,
  `0+2517752(?:4776|5002)`,
  `a9fe:(?:a9fe|aa02)`,
  `fd00:0?ec2:[0:]+254`,
].join('|');

/**
 * Twice URL-decoded (the second time with Microsoft's `%u` too) and in lower case.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html (read 2026-11-25)
 */
const transformations = [
  { priority: 0, type: 'URL_DECODE' },
  { priority: 1, type: 'URL_DECODE_UNI' },
  { priority: 2, type: 'LOWERCASE' },
] as const;

/**
 * Where a request can name the address. Of a body, WAF sees the first 16 KB at CloudFront; of the headers, the first 8 KB or 200.
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html (read 2026-11-25)
 */
const fields: readonly Wafv2WebAclFieldToMatch[] = [
  { query_string: [{}] },
  { uri_path: [{}] },
  { headers: [{ match_pattern: [{ all: [{}] }], match_scope: 'VALUE', oversize_handling: 'CONTINUE' }] },
  { body: [{ oversize_handling: 'CONTINUE' }] },
];

/** The request names the metadata address: query, path, any header's value or body. 132 WCU: 3 and 3 × 10 a field. */
export const namesMetadataAddress: Wafv2WebAclStatement = {
  or_statement: [
    {
      statement: fields.map((field) => ({
        regex_match_statement: [
          { regex_string: metadataPattern, field_to_match: [field], text_transformation: transformations },
        ],
      })),
    },
  ],
};
