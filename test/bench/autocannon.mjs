// autocannon on distinct targets, in a process of its own: prints requests a second as one JSON line.
import autocannon from 'autocannon';

const [url = '', count = '0', connections = '1'] = process.argv.slice(2);
const total = Number(count);
let next = 0;
const startedAt = performance.now();
const result = await autocannon({
  url,
  connections: Number(connections),
  amount: total,
  requests: [
    {
      setupRequest: (request) => ({ ...request, path: `/item/${(next++ % total) + 1}` }),
    },
  ],
});
const elapsedMs = performance.now() - startedAt;
console.log(
  JSON.stringify({
    requests: result['2xx'],
    elapsed_ms: elapsedMs,
    errors: result.errors + result.non2xx,
  }),
);
