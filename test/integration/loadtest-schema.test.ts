import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import schema from '../../docs/schemas/loadtest.v1.schema.json' with { type: 'json' };
import { useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

it('is as its published schema says: load closed and open, on Redis, compared, and searched for', async () => {
  const { origin, redis, loadtest } = place();
  for (const args of [
    `--url ${origin.url}/fast --url ${origin.url}/fail -n 6 --count-header X-DB-Queries`,
    '--scope items --limit 3 --rate 50/s -n 10 --assert dropped==0 --assert hit_rate>80',
    `--redis --mix get,set --keys 5 -n 20 --url ${redis.url}/0`,
    '--scope fast --scope broken -n 4 --assert improvement>0',
    '--scope fast --compare cold,warm -n 4 --repeat 2',
    `--url ${origin.url}/fast --search dropped>0 --rate 2/s --duration 100ms --repeat 1`,
  ]) {
    validate(JSON.parse((await loadtest(`${args} --json`)).stdout));
    expect(validate.errors ?? [], args).toEqual([]);
  }
  validate({ schema: 'cachectl/loadtest/v1', kind: 'load' });
  expect(validate.errors).not.toBeNull();
});
