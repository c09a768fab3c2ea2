/** As little of a service as there can be, so that what is measured is the way to it. */
import { createServer } from 'node:http';

const body = JSON.stringify({ items: Array.from({ length: 10 }, (_, id) => ({ id, title: `Item ${String(id)}` })) });

createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(body);
}).listen(Number(process.env.PORT), process.env.HOST);
