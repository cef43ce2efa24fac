import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let spec: SpecFolder;
beforeAll(async () => {
  spec = await createSpecFolder();
  await spec.write(`
version: 1
connections: { default: { url: 'redis://127.0.0.1:1' } }
origin: { base_url: 'http://127.0.0.1:1' }
budgets: [hit_rate >= 80]
groups: { users: 'user:*' }
scopes: { home: { entries: [{ key: home, path: / }] } }
invalidation: { changed: { clear: [home] } }
`);
});
afterAll(() => spec.remove());

/** Nothing is contacted: nothing listens there, and that would be exit 3. */
describe('a flag that would have no effect is refused', () => {
  test.each([
    ['clear user:1 -0', '--null says how the keys of --keys-from FILE are parted'],
    ['ttl user:1 --persist -0', '--null says how'],
    ['clear -p user:* --plan x --backup y', '--backup is about removing, and --plan writes down'],
    ['clear -p user:* --plan x --soft 1m', '--soft is about removing'],
    ['clear -p user:* --plan x --audit y', '--audit is about removing'],
    ['namespace gc --plan x --rate 5/s', '--rate is about removing'],
    ['keys --count -0', '--null is about keys, and --count shows none'],
    ['keys -0 -o ndjson', '--null is a form of its own: leave it or -o ndjson out'],
    ['inspect a --raw-value --max-bytes 5', '--max-bytes is about how a value is shown'],
    ['inspect a --no-value --decode none', '--decode is about a value, and --no-value leaves it out'],
    ['inspect a --decode none --max-decode 5KB', '--max-decode is about decoding'],
    ['stats --repair --interval 1s', '--interval is about a measurement, and --repair takes none'],
    ['stats --allow-no-data', '--allow-no-data is about assertions, and there are none'],
    ['stats --per-node -o csv', '--per-node has no place in -o csv'],
    ['stats --by-group --only keys --sample 5s', '--sample is about listening, and nothing here listens'],
    ['stats --assert users.keys>=1 --only keys', '--only is about what is shown of groups'],
    ['stats --sentinel-user x', '--sentinel-user is about Sentinels, and this connection has none'],
    ['verify --allow-no-data', '--allow-no-data is about assertions'],
    ['deploy changed --no-check --allow-no-data', '--allow-no-data is about the budgets'],
    ['warm --dry-run --targets -o ndjson', '--targets is about what became of each target'],
    ['warm --dry-run -o ndjson', '--dry-run has no output format "ndjson"'],
    ['init --path / --limit 5', '--limit is about a sitemap or a log'],
    ['loadtest --scope home --seed 1', '--seed is about load on all targets together'],
    ['loadtest --scope home --baseline x', '--baseline is what conditions compare with'],
    ['loadtest --url http://127.0.0.1:1/ --repeat 3', '--repeat is about comparisons and --search'],
    ['loadtest --url http://127.0.0.1:1/ --limit 3', '--limit is about the targets of a scope or a file'],
    ['loadtest --url http://127.0.0.1:1/ --raw', '--raw is about keys of entries'],
    ['loadtest --url http://127.0.0.1:1/ --distribution uniform --weight /=2', '--weight and --distribution'],
    ['loadtest --url http://127.0.0.1:1/ --export k6 --report x.html', '--report is about a run'],
    ['loadtest --redis --count-header X', '--count-header is about requests'],
    ['loadtest --redis --rate 5/s --connections 3', '--connections is about closed load'],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await runMain(line.split(' '), { cwd: spec.folder });
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});
