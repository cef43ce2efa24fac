import { expect, it } from 'vitest';
import { answer, inTurn, type OriginHandler } from '../support/http-origin.ts';
import { runMain } from '../support/run-main.ts';
import { useWarmPlace } from '../support/warm-place.ts';

const place = useWarmPlace();

/** Half of that is what an answer from a cache may take: much more than a busy machine stands still for. */
const COMPUTED_MS = 1_500;

it('certifies by the time of the second answer, where nothing else tells a hit', async () => {
  // The first answer is computed; the second comes from a cache, or is computed again.
  const computed: OriginHandler = (_request, response) =>
    void setTimeout(() => response.end('page'), COMPUTED_MS);
  const origin = await place.startOrigin({
    '/cached': inTurn(computed, answer('page')),
    '/never': computed,
  });
  const touch = 'mode: touch, expect_keys: []';
  await place.spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0 }
scopes: { s: { entries: [{ key: c, path: /cached, ${touch} }, { key: n, path: /never, ${touch} }] } }
`);
  const argv = ['warm', '-s', 's', '--url', place.redis.url, '--certify', '--json'];
  const { stdout } = await runMain(argv, { cwd: place.spec.folder });
  const result = JSON.parse(stdout) as { readonly failures: readonly unknown[] };
  expect(result).toMatchObject({ touched: 1, verified: 1, failed: 1 });
  expect(result.failures).toMatchObject([
    {
      code: 'touch.not-certified',
      message: 'the second answer took as long as the first, and no header tells a hit',
      targets: [{ key: 'n' }],
    },
  ]);
});
