/** A plane's stand-in for a test that kills it: `host.ts <folder> <port>`. Says its server's process id, then waits. */
import { openPlace } from './server.js';

const [folder = '', port = ''] = process.argv.slice(2);
const server = await (await openPlace({ folder, port: Number(port) })).start();
const client = await server.connect('postgres');
await client.query('CREATE TABLE kept (id int)');
await client.query('INSERT INTO kept VALUES (7)');
process.stdout.write(String(server.pid));
