import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLACE_KINDS, startPlace, type Place } from '../support/place.ts';
import { snapshot } from '../support/snapshot.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { untilFewerKeys } from '../support/until-fewer-keys.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BINARY = Buffer.from([0xff, 0x00, 0x0a, 0x22]);

describe.each(PLACE_KINDS)('on a %s', (kind) => {
  let place: Place;
  let number = 0;
  beforeAll(async () => {
    place = await startPlace(kind);
  });
  afterAll(() => place.stop());
  beforeEach(async () => {
    await place.flush();
    number++;
  });

  const file = (name: string): string => path.join(folder, `${kind}-${number}-${name}`);
  const cachectl = (argv: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    runMain(argv, { cwd: folder, ...options, env: { CACHECTL_URL: place.url, ...options.env } });
  const json = async (argv: readonly string[], options: RunOptions = {}) => {
    const run = await cachectl([...argv, '--json'], options);
    return { code: run.code, stderr: run.stderr, report: JSON.parse(run.stdout) as Record<string, unknown> };
  };
  const store = (...keys: readonly (string | Buffer)[]) =>
    place.send(keys.map((key) => ['SET', key, 'value'] as const));
  const names = async () => (await place.keys()).map((key) => key.toString('latin1'));
  /** When a key expires, in milliseconds since the epoch. The server's clock is ours. */
  const expiry = async (key: string) => Number((await place.send([['PEXPIRETIME', key]]))[0]);
  const many = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  describe('a plan', () => {
    test('is written without touching anything, and applied to exactly its keys, whatever their bytes', async () => {
      await store('user:1', 'user:\n', Buffer.concat([Buffer.from('user:'), BINARY]), 'other');
      const plan = file('plan');
      const written = await json(['clear', '--pattern', 'user:*', '--plan', plan]);
      expect(written).toMatchObject({
        code: 0,
        report: { dry_run: true, matched: 3, removed: 0, plan_file: plan },
      });
      expect(await names()).toHaveLength(4);
      await store('user:new');
      expect(await json(['clear', '--apply', plan])).toMatchObject({ code: 0, report: { removed: 3 } });
      expect(await names()).toEqual(['other', 'user:new']);
    });

    test('that is too old, cut, changed or foreign is refused, and nothing is removed', async () => {
      await store('user:1');
      const plan = file('plan');
      await cachectl(['clear', '--pattern', 'user:*', '--plan', plan]);
      const old = await cachectl(['clear', '--apply', plan, '--max-age', '1ms']);
      expect(old).toMatchObject({ code: 7, stdout: '' });
      expect(old.stderr).toMatch(/^error: the plan is \d+(\.\d+)? m?s old, and may be 1 ms\n/);
      const text = await readFile(plan, 'utf8');
      const broken = `error: ${plan} is no whole plan of cachectl: it was cut or changed\nhint: make a new one with --plan FILE\n`;
      for (const content of [
        text.slice(0, -30),
        text.replace('user:1"}', 'other"}'),
        'hello\n',
        '',
        `${text}{}\n`,
      ]) {
        await writeFile(plan, content);
        expect(await cachectl(['clear', '--apply', plan])).toEqual({ code: 2, stdout: '', stderr: broken });
      }
      expect(await names()).toEqual(['user:1']);
    });

    test('that could not be written is refused before the first key is looked at', async () => {
      await store('user:1');
      for (const [name, why] of [
        [folder, 'it is a folder'],
        [file('no/plan'), 'its folder does not exist'],
      ] as const) {
        const { code, stdout, stderr } = await cachectl(['clear', '--pattern', 'user:*', '--plan', name]);
        expect({ code, stdout, stderr }).toEqual({
          code: 2,
          stdout: '',
          stderr: `error: the plan ${name} cannot be written: ${why}\n`,
        });
      }
      expect((await readdir(path.dirname(folder))).filter((name) => name.endsWith('.part'))).toEqual([]);
    });

    test('for another server or database is refused', async () => {
      await store('user:1');
      const plan = file('plan');
      await cachectl(['clear', '--pattern', 'user:*', '--plan', plan]);
      const text = await readFile(plan, 'utf8');
      await writeFile(plan, text.replaceAll(/"run_id":"[0-9a-f]{8}/g, '"run_id":"stranger'));
      expect(await cachectl(['clear', '--apply', plan])).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(
          /^error: the plan was made for another Redis: the server at .* has been started anew since\n/,
        ) as string,
      });
      await writeFile(plan, text.replace('"database":0', '"database":4'));
      expect((await cachectl(['clear', '--apply', plan])).stderr).toContain('database 4 then, 0 now');
      expect(await names()).toEqual(['user:1']);
    });
  });

  test('more keys than --max-keys stop it before the first deletion', async () => {
    await store(...many('user:', 30));
    const run = await cachectl(['clear', '--pattern', 'user:*', '--max-keys', '29']);
    expect(run).toEqual({
      code: 7,
      stdout: '',
      stderr:
        'error: more than 29 keys match, which is what --max-keys allows\n' +
        'hint: look at them with --dry-run; if they are meant, raise --max-keys\n',
    });
    expect(await names()).toHaveLength(30);
    expect(await json(['clear', '--pattern', 'user:*', '--max-keys', '30'])).toMatchObject({
      code: 0,
      report: { removed: 30 },
    });
  });

  test('keys come from stdin as lines, JSON lines or parted by NUL, and are counted before they go', async () => {
    await store('a', 'b\n', BINARY, 'c', 'd');
    const lines = `a\r\n\n{"key_base64":"${BINARY.toString('base64')}"}\n{"key":"b\\n"}\nmissing`;
    const fromLines = await json(['clear', '--keys-from', '-', '--max-keys', '3'], { stdin: lines });
    expect(fromLines).toMatchObject({ code: 0, report: { matched: 3, removed: 3, already_gone: 0 } });
    expect(await names()).toEqual(['c', 'd']);
    const fromNul = await json(['clear', '--keys-from', '-', '-0'], { stdin: 'c\0x\ny' });
    expect(fromNul.report).toMatchObject({ matched: 2, removed: 1 });
    expect(await cachectl(['clear', '--keys-from', '-'], { stdin: 'd\n{"k":1}\n' })).toMatchObject({
      code: 2,
      stderr: 'error: stdin:2 has neither key nor key_base64\n',
    });
    expect(await cachectl(['clear', '--keys-from', 'nowhere'])).toMatchObject({ code: 2 });
  });

  test('soft lets keys expire within the window, evenly, and leaves alone what goes sooner', async () => {
    await store(...many('user:', 100));
    const window = 1_000 * 3_600_000;
    await place.send(many('user:', 10).map((key) => ['PEXPIRE', key, 60_000]));
    const run = await json(['clear', '--pattern', 'user:*', '--soft', '1000h']);
    expect(run).toMatchObject({
      code: 0,
      report: { manner: 'soft', matched: 100, removed: 0, already_gone: 0 },
    });
    const { shortened, kept } = run.report as { shortened: number; kept: number };
    expect(shortened + kept).toBe(100);
    expect(kept).toBeGreaterThanOrEqual(9);
    const lives = (
      await place.send(
        many('user:', 100)
          .slice(10)
          .map((key) => ['PTTL', key]),
      )
    ).map(Number);
    for (let tenth = 0; tenth < 10; tenth++) {
      const within = lives.filter(
        (ms) => ms >= (tenth * window) / 10 - 60_000 && ms < ((tenth + 1) * window) / 10,
      );
      expect(within.length).toBeGreaterThanOrEqual(5);
    }
    expect(Math.max(...lives)).toBeLessThanOrEqual(window);
  });

  test('flush empties the whole database at once, with the name', async () => {
    await store(...many('k', 50));
    expect((await cachectl(['clear', '--all', '--flush'])).code).toBe(7);
    const name = place.client.target.location;
    expect(await json(['clear', '--all', '--flush', '--confirm', name])).toMatchObject({
      code: 0,
      report: { removed: 50, manner: 'flush' },
    });
    expect(await names()).toEqual([]);
  });

  test('the audit trail gets one line a run, with who, what and how it ended', async () => {
    await store('user:1', 'user:2');
    const trail = file('audit');
    await cachectl(['clear', '--pattern', 'user:1', '--dry-run', '--audit', trail]);
    await cachectl(['clear', '--pattern', 'user:*', '--audit', trail]);
    await cachectl(['ttl', 'user:1', '--set', '1m', '--audit', trail]);
    const lines = (await readFile(trail, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      {
        schema: 'cachectl/audit/v1',
        command: 'clear',
        target: { location: place.client.target.location },
        selection: { patterns: [{ key: 'user:*' }] },
        counts: { matched: 2, removed: 2 },
        outcome: 'done',
        user: expect.any(String) as string,
        host: expect.any(String) as string,
      },
      { command: 'ttl', counts: { matched: 0, changed: 0 } },
    ]);
    expect(((await stat(trail)).mode & 0o777).toString(8)).toBe('600');
    const nowhere = await cachectl([
      'clear',
      '--pattern',
      'user:*',
      '--audit',
      path.join(folder, 'no', 'where'),
    ]);
    expect(nowhere.code).toBe(2);
  });

  test('audit: in the spec file names the trail of every run, beside the file', async () => {
    await store('user:1');
    const home = await mkdtemp(path.join(folder, 'audit-'));
    const spec = path.join(home, 'cachectl.yaml');
    await writeFile(
      spec,
      `version: 1\naudit: trail.jsonl\nconnections: { default: { url: "${place.url}" } }\n`,
    );
    const lines = async (name: string) => (await readFile(path.join(home, name), 'utf8')).split('\n');
    expect(await cachectl(['clear', 'user:1', '--config', spec])).toMatchObject({ code: 0 });
    expect(await cachectl(['ttl', 'user:1', '--set', '1m', '--config', spec])).toMatchObject({ code: 0 });
    expect((await lines('trail.jsonl')).map((line) => line.slice(0, 30))).toEqual([
      '{"schema":"cachectl/audit/v1",',
      '{"schema":"cachectl/audit/v1",',
      '',
    ]);
    const own = path.join(home, 'own.jsonl');
    await cachectl(['clear', 'user:1', '--config', spec, '--audit', own]);
    expect(await lines('own.jsonl')).toHaveLength(2);
    expect(await lines('trail.jsonl')).toHaveLength(3);
    await writeFile(spec, `version: 1\naudit: no/such/folder/trail.jsonl\n`);
    await store('user:2');
    const refused = await cachectl(['clear', 'user:2', '--config', spec]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('cannot be written, and nothing was done');
    expect(await names()).toEqual(['user:2']);
  });

  describe('a backup', () => {
    test('that was joined to others is read as all of them, and what is lost of one is told apart', async () => {
      const backups = [];
      for (const name of ['a', 'b']) {
        await store(...many(`${name}:`, 50));
        await cachectl(['clear', '--pattern', `${name}:*`, '--backup', file(name)]);
        backups.push(await readFile(file(name)));
      }
      const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = backups;
      await writeFile(file('both'), Buffer.concat([first, second]));
      expect(await json(['restore', file('both')])).toMatchObject({
        code: 0,
        report: { restored: 100, lost: [] },
      });
      await writeFile(file('cut'), Buffer.concat([first.subarray(0, -1), second]));
      const cut = await json(['restore', file('cut'), '--replace']);
      expect(cut).toMatchObject({ code: 5, report: { restored: 100 } });
      for (const { keys } of cut.report['lost'] as readonly { readonly keys: number | null }[])
        expect(keys ?? 0).toBe(0);
    });

    test('that is no file on a disk is refused with the reason', async () => {
      const cause = { [folder]: 'it is a folder', '/dev/null': 'it is no file on a disk' };
      for (const [name, why] of Object.entries(cause)) {
        const { code, stderr } = await cachectl(['restore', name]);
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: `error: the backup ${name} cannot be read: ${why}\n`,
        });
      }
    });

    const contents = async () =>
      Array.from(await snapshot(place), ([key, { content }]) => ({ key, content }));

    /** COMMAND INFO gives nothing for a command that a server does not know. */
    async function hasCommand(name: string): Promise<boolean> {
      const [node] = await place.client.primaries();
      const reply = await node?.call('COMMAND', 'INFO', name);
      return Array.isArray(reply) && reply[0] !== null;
    }

    async function storeAllTypes(): Promise<void> {
      await place.send([
        ['SET', 'all:string', 'text'],
        ['SET', Buffer.concat([Buffer.from('all:'), BINARY]), BINARY],
        ['RPUSH', 'all:list', 'a', 'b'],
        ['SADD', 'all:set', 'a', 'b'],
        ['ZADD', 'all:zset', 1, 'a', 2, 'b'],
        ['HSET', 'all:hash', 'f', 'v'],
        ['XADD', 'all:stream', '1-1', 'f', 'v'],
        ['PFADD', 'all:hyperloglog', 'a'],
        ['SET', 'all:large', Buffer.alloc(3_000_000, 'x')],
        ['SET', 'kept', 'v'],
      ]);
      await place.send([['EXPIRE', 'all:hash', 5_000]]);
    }

    test('holds every type exactly, and restore puts all of it back', async () => {
      await storeAllTypes();
      const before = await contents();
      const expiresAtMs = await expiry('all:hash');
      const backup = file('backup');
      const cleared = await json(['clear', '--pattern', 'all:*', '--backup', backup]);
      expect(cleared).toMatchObject({ code: 0, report: { removed: 9, backed_up: 9 } });
      expect(await names()).toEqual(['kept']);
      const dry = await json(['restore', backup, '--dry-run']);
      expect(dry).toMatchObject({ code: 0, report: { dry_run: true, restored: 9, lost: [] } });
      expect(await names()).toEqual(['kept']);
      expect(await json(['restore', backup])).toMatchObject({
        code: 0,
        report: { restored: 9, kept: 0, lost: [] },
      });
      expect(await contents()).toEqual(before);
      expect(await expiry('all:hash')).toBe(expiresAtMs);
    });

    test('keeps the life of each field of a hash', async (ctx) => {
      if (!(await hasCommand('HPEXPIRE')))
        ctx.skip('this server has no HPEXPIRE: fields of a hash have no life of their own');
      await place.send([
        ['HSET', 'fields', 'short', '1', 'long', '2', 'ever', '3'],
        ['HPEXPIRE', 'fields', 3_000_000, 'FIELDS', 1, 'short'],
        ['HPEXPIRE', 'fields', 9_000_000, 'FIELDS', 1, 'long'],
        ['EXPIRE', 'fields', 20_000],
      ]);
      const before = await contents();
      const backup = file('fields');
      expect(await json(['clear', 'fields', '--backup', backup])).toMatchObject({ report: { removed: 1 } });
      expect(await names()).toEqual([]);
      expect(await json(['restore', backup])).toMatchObject({ code: 0, report: { restored: 1, lost: [] } });
      expect(await contents()).toEqual(before);
      const [lives] = await place.send([['HPTTL', 'fields', 'FIELDS', 3, 'short', 'long', 'ever']]);
      const [short = 0, long = 0, ever] = Array.isArray(lives) ? lives.map(Number) : [];
      expect(ever).toBe(-1);
      for (const [is, was] of [
        [short, 3_000_000],
        [long, 9_000_000],
      ] as const) {
        expect(is).toBeGreaterThan(was - 60_000);
        expect(is).toBeLessThanOrEqual(was);
      }
    });

    test('leaves existing keys alone unless told to replace them, and takes a pattern', async () => {
      await store('a:1', 'a:2', 'b:1');
      const backup = file('backup');
      await cachectl(['clear', '--pattern', '*:*', '--backup', backup]);
      await place.send([['SET', 'a:1', 'newer']]);
      expect(await cachectl(['restore', backup, '--pattern', 'a:*'])).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(
          /^Restored 1 key into .* in .*\n1 exist and were left as they are \(--replace writes over them\)\n1 do not match --pattern\n$/,
        ) as string,
      });
      expect(String((await place.send([['GET', 'a:1']]))[0])).toBe('newer');
      expect((await json(['restore', backup, '--replace'])).report).toMatchObject({ restored: 3 });
      expect(String((await place.send([['GET', 'a:1']]))[0])).toBe('value');
    });

    test('leaves out what has expired meanwhile, and counts it', async () => {
      await store('a', 'b');
      await place.send([['PEXPIRE', 'a', 600_000]]);
      const expiresAtMs = await expiry('a');
      const backup = file('backup');
      const cleared = await json(['clear', 'a', 'b', '--backup', backup]);
      expect(cleared.report).toMatchObject({ removed: 2 });
      for (const [now, expired] of [
        [expiresAtMs - 1, 0],
        [expiresAtMs, 1],
      ] as const) {
        const { report } = await json(['restore', backup, '--dry-run'], { now: () => now });
        expect(report).toMatchObject({ restored: 2 - expired, expired });
      }
    });

    test('is never written over', async () => {
      await store('a');
      const backup = file('backup');
      await writeFile(backup, 'precious');
      const run = await cachectl(['clear', 'a', '--backup', backup]);
      expect(run).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr).toContain('it exists already');
      expect(await names()).toEqual(['a']);
    });

    test('that was cut gives all whole frames, and says what is lost', async () => {
      await store(...many('k', 2_000));
      const backup = file('backup');
      await cachectl(['clear', '--pattern', 'k*', '--backup', backup]);
      const { size } = await stat(backup);
      await truncate(backup, size - 100);
      const { code, report } = await json(['restore', backup]);
      const lost = report['lost'] as { keys: number; to_byte: number; why: string }[];
      expect(code).toBe(5);
      // What followed the frame that was cut nobody can know.
      expect(lost).toMatchObject([
        { why: 'cut off', to_byte: size - 100, keys: expect.any(Number) as number },
        { why: 'cut off', from_byte: size - 100, to_byte: size - 100, keys: null },
      ]);
      expect(Number(report['restored']) + Number(lost[0]?.keys)).toBe(2_000);
      expect(await names()).toHaveLength(Number(report['restored']));
    });

    test('with a flipped bit anywhere gives back all other frames, and says how many keys are lost', async () => {
      await store(...many('k', 3_000));
      const backup = file('backup');
      await cachectl(['clear', '--pattern', 'k*', '--backup', backup]);
      const whole = await readFile(backup);
      for (let part = 0; part < 40; part++) {
        const altered = Buffer.from(whole);
        const at = Math.floor(((part + 0.5) / 40) * whole.length);
        altered[at] = (altered[at] ?? 0) ^ (1 << (part % 8));
        await writeFile(backup, altered);
        await place.flush();
        const { code, report } = await json(['restore', backup]);
        const lost = report['lost'] as { keys: number; from_byte: number; to_byte: number }[];
        expect(code).toBe(5);
        expect(lost).toHaveLength(1);
        expect(at).toBeGreaterThanOrEqual(lost[0]?.from_byte ?? Infinity);
        expect(at).toBeLessThan(lost[0]?.to_byte ?? 0);
        expect(Number(report['restored']) + Number(lost[0]?.keys)).toBe(3_000);
      }
    });

    test('with a stranger’s bytes in front or behind is still read; a foreign file is refused', async () => {
      await store('a', 'b');
      const backup = file('backup');
      await cachectl(['clear', 'a', 'b', '--backup', backup]);
      const whole = await readFile(backup);
      await writeFile(backup, Buffer.concat([Buffer.from('stranger'), whole.subarray(8)]));
      expect(await json(['restore', backup])).toMatchObject({ code: 5, report: { restored: 2 } });
      await writeFile(backup, whole);
      await appendFile(backup, 'something else');
      expect((await json(['restore', backup])).report).toMatchObject({
        kept: 2,
        lost: [{ from_byte: whole.length }],
      });
      for (const content of ['', 'REDIS0011 an rdb file', 'x'.repeat(100_000)]) {
        await writeFile(backup, content);
        expect(await cachectl(['restore', backup])).toMatchObject({
          code: 2,
          stderr: expect.stringContaining(`${backup} is no backup of cachectl`) as string,
        });
      }
    });
  });

  test('a place that could not be saved is refused before anything is removed', async () => {
    await store('user:1');
    const { code, stderr } = await cachectl(['clear', '--pattern', 'user:*', '--resume', file('no/place')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: the place in .*place cannot be saved: its folder does not exist\n$/);
    expect(await names()).toEqual(['user:1']);
  });

  test('an interrupted run saves its place, and the next one goes on from there', async () => {
    const keys = many('user:', 20_000);
    await store(...keys);
    const place_ = file('place');
    const line = ['clear', '--pattern', 'user:*', '--resume', place_, '--json'];
    const first = await cachectl(line, {
      onStart: (send) => void untilFewerKeys(place, 20_000).then(() => send('SIGINT')),
    });
    expect(first.code).toBe(130);
    expect(first.stderr).toContain(`the place is saved in ${place_}; the same line goes on from there\n`);
    const { removed } = JSON.parse(first.stdout) as { removed: number };
    expect(removed).toBeGreaterThan(0);
    expect(removed).toBeLessThan(20_000);
    const other = await cachectl(['clear', '--pattern', 'other:*', '--resume', place_]);
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toContain('belongs to another selection');
    const second = await cachectl(line);
    expect(JSON.parse(second.stdout)).toMatchObject({ removed: 20_000 - removed });
    expect(second.code).toBe(0);
    expect(await names()).toEqual([]);
    await expect(stat(place_)).rejects.toThrow('ENOENT');
  });

  describe('ttl', () => {
    const life = async (key: string) => Number((await place.send([['PTTL', key]]))[0]);

    test('sets a life only where there is none, and shows lives before and after', async () => {
      await store('s:1', 's:2', 's:3');
      await place.send([['EXPIRE', 's:3', 59]]);
      const line = ['ttl', '--pattern', 's:*', '--set', '2h', '--only-missing'];
      const dry = await cachectl([...line, '--dry-run']);
      const where = place.client.target.name;
      const tail =
        '1 of 3 matched keys stay as they are\n\n' +
        'life      before  after\nno TTL         2      0\nunder 1m       1      1\nunder 1d       0      2\n';
      expect(dry).toEqual({ code: 0, stderr: '', stdout: `2 keys of ${where} would live 2h\n${tail}` });
      expect(await life('s:1')).toBe(-1);
      const startedAt = Date.now();
      const run = await cachectl(line);
      // Whatever takes a second, which anything may on a busy machine, says what others felt.
      const told = run.stdout.replace(/in [\d.]+ m?s.*/, 'in <time>').replace(/^Other clients .*\n/m, '');
      expect(told).toBe(`Changed 2 keys of ${where} in <time>\n${tail}`);
      expect(await expiry('s:1')).toBeGreaterThanOrEqual(startedAt + 7_200_000);
      expect(await expiry('s:1')).toBeLessThanOrEqual(Date.now() + 7_200_000);
      expect(await life('s:3')).toBeLessThanOrEqual(59_000);
    });

    test('extends, caps and persists', async () => {
      await store('k', 'forever');
      await place.send([['EXPIRE', 'k', 100]]);
      const before = await expiry('k');
      const startedAt = Date.now();
      expect((await json(['ttl', 'k', 'forever', 'gone', '--extend', '100s'])).report).toMatchObject({
        matched: 2,
        changed: 1,
        unchanged: 1,
      });
      expect(await expiry('k')).toBeGreaterThanOrEqual(before + 100_000);
      expect(await expiry('k')).toBeLessThanOrEqual(before + 100_000 + Date.now() - startedAt);
      const cappedAt = Date.now();
      await cachectl(['ttl', 'k', 'forever', '--cap', '150s']);
      expect(await life('k')).toBeLessThanOrEqual(150_000);
      expect(await expiry('forever')).toBeGreaterThanOrEqual(cappedAt + 150_000);
      expect(await expiry('forever')).toBeLessThanOrEqual(Date.now() + 150_000);
      await cachectl(['ttl', 'k', '--persist']);
      expect(await life('k')).toBe(-1);
    });

    test('spreads lives by a jitter', async () => {
      const keys = many('j:', 200);
      await store(...keys);
      const startedAt = Date.now();
      await cachectl(['ttl', '--pattern', 'j:*', '--set', '1000s', '--jitter', '10%']);
      const ends = (await place.send(keys.map((key) => ['PEXPIRETIME', key]))).map(Number);
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(startedAt + 900_000);
      expect(Math.max(...ends)).toBeLessThanOrEqual(Date.now() + 1_100_000);
      expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan(100_000);
    });

    test('asks for --yes over the whole keyspace, in a script', async () => {
      await store('k');
      const run = await cachectl(['ttl', '--ttl', 'none', '--set', '1h']);
      expect(run).toEqual({
        code: 7,
        stdout: '',
        stderr:
          'error: this would change keys of the whole keyspace by conditions alone\nhint: if that is meant, say --yes\n',
      });
      expect((await cachectl(['ttl', '--ttl', 'none', '--set', '1h', '--yes'])).code).toBe(0);
    });

    test.each([
      [['ttl', 'k'], 'say what to change: --set, --extend, --cap or --persist'],
      [['ttl', 'k', '--set', '1m', '--persist'], '--set and --persist contradict each other'],
      [['ttl', 'k', '--cap', '1m', '--jitter', '10%'], '--jitter and --only-missing go with --set'],
      [['ttl', '--set', '1m'], 'say what to change: keys, --pattern GLOB or --all'],
      [['ttl', 'k', '--set', '1m', '--jitter', 'x'], '--jitter takes a percentage such as 10%, not "x"'],
    ])('refuses %j', async (argv, message) => {
      const run = await cachectl(argv);
      expect({ code: run.code, message: run.stderr.split('\n')[0] }).toEqual({
        code: 2,
        message: `error: ${message}`,
      });
    });
  });

  describe('keys', () => {
    test('lists keys, one a line, and with facts in columns', async () => {
      await place.send([
        ['SET', 'a:1', 'v'],
        ['RPUSH', 'b\n', 'v'],
      ]);
      await place.send([['PEXPIRE', 'a:1', 7_200_000]]);
      const plain = await cachectl(['keys']);
      expect(plain.stdout.trimEnd().split('\n').sort()).toEqual(['"b\\n"', 'a:1']);
      const facts = await cachectl(['keys', 'a:1', '--with', 'type,ttl']);
      expect(facts.stdout).toMatch(/^type {9}ttl {2}key\nstring {2}( {6}2h|1h 60m) {2}a:1\n$/);
    });

    test('a pattern that was given as a key is noticed where it names none', async () => {
      await store('user:1');
      const note = '"user:*" was taken as an exact key; for a pattern say --pattern "user:*"\n';
      expect(await cachectl(['keys', 'user:*'])).toEqual({ code: 0, stdout: '', stderr: note });
      expect(await cachectl(['keys', 'user:*', 'user:1'])).toEqual({
        code: 0,
        stdout: 'user:1\n',
        stderr: '',
      });
      expect((await cachectl(['ttl', 'user:*', '--set', '1h', '--yes'])).stderr).toBe(note);
    });

    test('gives one JSON document, JSON lines and CSV, exact for any byte', async () => {
      await store('a', BINARY, 'b\n');
      const { report } = await json(['keys', '--with', 'type']);
      expect(report).toMatchObject({
        schema: 'cachectl/keys/v1',
        count: 3,
        interrupted: false,
        failure: null,
      });
      expect(report['keys']).toEqual(
        expect.arrayContaining([
          { key: 'a', type: 'string' },
          { key_base64: BINARY.toString('base64'), type: 'string' },
          { key: 'b\n', type: 'string' },
        ]),
      );
      expect((await json(['keys', 'nothing'])).report).toMatchObject({ keys: [], count: 0 });
      expect((await cachectl(['keys', '--count', '--sort', 'ttl'])).code).toBe(2);
      const csv = await cachectl(['keys', '-o', 'csv', '--with', 'ttl']);
      expect(csv.stdout.trimEnd().split('\n').sort()).toEqual(
        [`,${BINARY.toString('base64')},`, ',Ygo=,', 'a,,', 'key,key_base64,ttl_seconds'].sort(),
      );
    });

    test('counts, and finds the top by size', async () => {
      await store(...many('k', 100));
      await place.send([
        ['SET', 'large', 'x'.repeat(100_000)],
        ['SET', 'larger', 'x'.repeat(200_000)],
      ]);
      expect((await cachectl(['keys', '--count'])).stdout).toBe('102\n');
      expect((await json(['keys', '--count', '--pattern', 'k*'])).report).toMatchObject({ count: 100 });
      const top = await cachectl(['keys', '--sort', 'size', '--top', '2', '-o', 'ndjson']);
      expect(
        top.stdout
          .trimEnd()
          .split('\n')
          .map((line) => (JSON.parse(line) as { key: string }).key),
      ).toEqual(['larger', 'large']);
    });

    test('leaves out keys with a NUL byte under -0, and says so', async () => {
      await store('a', Buffer.from('x\0y'));
      expect(await cachectl(['keys', '-0'])).toEqual({
        code: 5,
        stdout: 'a\0',
        stderr: 'warning: 1 key with a NUL byte left out: -0 cannot tell where they end; use -o ndjson\n',
      });
    });
  });
});
