// autocannon on distinct targets, in a process of its own: prints requests a second as one JSON line.
import autocannon from 'autocannon';

const [url = '', count = '0', connections = '1'] = process.argv.slice(2);
const total = Number(count);
let next = 0;
// From the first request to the last answer: autocannon itself looks only once a second whether it is done.
let startedAt = 0;
let endedAt = 0;
const run = autocannon({
  url,
  connections: Number(connections),
  amount: total,
  requests: [
    {
      setupRequest: (request) => {
        if (startedAt === 0) startedAt = performance.now();
        return { ...request, path: `/item/${(next++ % total) + 1}` };
      },
    },
  ],
});
run.on('response', () => (endedAt = performance.now()));
const result = await run;
const elapsedMs = endedAt - startedAt;
console.log(
  JSON.stringify({
    requests: result['2xx'],
    elapsed_ms: elapsedMs,
    errors: result.errors + result.non2xx,
  }),
);
