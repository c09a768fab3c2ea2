import aws4 from 'aws4';
import { readFile, writeFile } from 'node:fs/promises';
await writeFile('/tmp/x2000', 'x'.repeat(2000));
let t = performance.now(); const n = 3000;
for (let i = 0; i < n; i++) aws4.sign({ service: 's3', region: 'eu-central-1', method: 'GET', path: '/static/a.js', headers: { host: 'site.s3.eu-central-1.amazonaws.com', 'X-Amz-Date': '20260101T000000Z' } }, { accessKeyId: 'arn:aws:cloudfront::0:distribution/E1', secretAccessKey: 'abc' });
console.log('sign', (performance.now() - t) / n);
t = performance.now();
for (let i = 0; i < n; i++) await readFile('/tmp/x2000');
console.log('read', (performance.now() - t) / n);
