// A loopback origin in a process of its own: 2 KB of JSON under every path, after so many milliseconds.
import { createServer } from 'node:http';

const delayMs = Number(process.argv[2] ?? 0);
const items = Array.from({ length: 22 }, (_, id) => ({
  id,
  name: `Product number ${id}`,
  price: 19.99,
  stock: 7,
}));
const body = Buffer.from(JSON.stringify({ items, padding: 'x'.repeat(600) }).slice(0, 2_046) + '"}');
const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length)];

const server = createServer((_request, response) => {
  const answer = () => {
    response.writeHead(200, headers);
    response.end(body);
  };
  if (delayMs === 0) answer();
  else setTimeout(answer, delayMs);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
