import type { HeaderPair } from '../../src/local/contract/http.js';

/** Header names that only the gateway may set, in spellings that a service could take for them. */
export const reservedSpellings: readonly string[] = [
  'X-User-Id',
  'x-user-id',
  'X-USER-ID',
  'x_user_id',
  'X_USER_ID',
  'X-User_Id',
  'x_user-claims',
  'X-User-Claims',
  'X-User-',
  'X-User-Anything-Else',
  'X-Consumer-Id',
  'X-Consumer-Username',
  'x_consumer_custom_id',
  'X-Consumer-Groups',
  'X-Userinfo',
  'x_userinfo',
  'X-USERINFO',
  'X-Viewer-Address',
  'x_viewer_address',
  'X-Viewer_Address',
];

/** Who a request is from. */
export interface ViewerCase {
  readonly name: string;
  readonly headers: readonly HeaderPair[];
  readonly address: string;
}

const peer = '127.0.0.1';
const viewer = (name: string, value: string, address: string): ViewerCase => ({
  name: `${name}: ${value.slice(0, 40)}`,
  headers: [['CloudFront-Viewer-Address', value]],
  address,
});

export const viewerCases: readonly ViewerCase[] = [
  viewer('IPv4', '203.0.113.7:46532', '203.0.113.7'),
  viewer('IPv6', '2001:db8::1:443', '2001:db8::1'),
  viewer('IPv6 in full', '2001:db8:0:0:0:0:0:1:50000', '2001:db8:0:0:0:0:0:1'),
  viewer('IPv6 in brackets', '[2001:db8::1]:443', '2001:db8::1'),
  viewer('IPv6 with IPv4 in it', '::ffff:203.0.113.7:443', '::ffff:203.0.113.7'),
  viewer('without a port', '203.0.113.7', peer),
  viewer('without an address', ':443', peer),
  viewer('a name', 'somebody:1', peer),
  viewer('a port that is none', '203.0.113.7:http', peer),
  viewer('two addresses', '203.0.113.7:1, 203.0.113.8:1', peer),
  viewer('with spaces in it', '203.0.113.7 :1', peer),
  { name: 'no such header', headers: [], address: peer },
  { name: 'an empty header', headers: [['CloudFront-Viewer-Address', '']], address: peer },
  {
    name: 'two such headers are nobody’s word',
    headers: [
      ['CloudFront-Viewer-Address', '203.0.113.7:1'],
      ['CloudFront-Viewer-Address', '203.0.113.8:1'],
    ],
    address: peer,
  },
  {
    name: 'another spelling is not CloudFront’s',
    headers: [['CloudFront_Viewer_Address', '203.0.113.7:1']],
    address: peer,
  },
  {
    name: 'a forged X-Viewer-Address does not count',
    headers: [
      ['X-Viewer-Address', '192.0.2.1'],
      ['x_viewer_address', '192.0.2.1'],
      ['CloudFront-Viewer-Address', '203.0.113.7:1'],
    ],
    address: '203.0.113.7',
  },
  {
    name: 'behind a trusted proxy it is the last address that is not one',
    headers: [['X-Forwarded-For', '192.0.2.1, 198.51.100.9, 127.0.0.2']],
    address: '198.51.100.9',
  },
];
