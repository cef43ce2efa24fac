import { inGroup, type CommandSpec, type FlagSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { CONDITION_ARG, SCOPE_FLAG } from '../cli/shared-flags.ts';

const TARGET_FLAGS: readonly FlagSpec[] = [
  SCOPE_FLAG,
  {
    name: 'requests-from',
    value: 'FILE',
    summary: 'requests to replay with their mix: addresses or paths, an access log, or a HAR file',
  },
  {
    name: 'limit',
    value: 'N',
    summary: 'at most so many targets of each scope or file',
    fallback: '10 to compare, 1000 for load',
  },
  {
    name: 'weight',
    value: 'NAME=N',
    repeatable: true,
    summary: 'how often a scope, path or address is requested, beside 1',
  },
  {
    name: 'distribution',
    value: 'KIND',
    summary: 'which targets are popular: turns, uniform, zipf:1.1 or hotspot:90/10',
    fallback: 'turns, or as weights say',
  },
  { name: 'seed', value: 'N', summary: 'repeat a run: the same targets at the same moments' },
  {
    name: 'allow-remote',
    value: 'HOST',
    repeatable: true,
    summary: 'put load on this host, although it is not this machine',
  },
];

const MODEL_FLAGS: readonly FlagSpec[] = [
  {
    name: 'connections',
    value: 'N',
    summary: 'closed load: requests under way at once',
    fallback: '4',
  },
  {
    name: 'requests',
    short: 'n',
    value: 'N',
    summary: 'requests in all; when comparing, for each endpoint and phase',
    fallback: '50 when comparing',
  },
  {
    name: 'duration',
    short: 'd',
    value: 'DURATION',
    summary: 'how long; when comparing, for each endpoint and phase',
    fallback: '10s for load',
  },
  { name: 'rate', value: 'RATE', summary: 'open load: requests on schedule, whatever the answers do: 500/s' },
  {
    name: 'stages',
    value: 'LIST',
    summary: "open load that changes evenly: '30s:100/s,1m:500/s,10s:0'",
  },
  {
    name: 'search',
    value: 'CONDITION',
    repeatable: true,
    summary: "find the highest rate at which it still holds: 'p99 < 50ms'; --rate is where to begin",
  },
  {
    name: 'arrivals',
    value: 'KIND',
    choices: ['constant', 'poisson'],
    summary: 'evenly, or as independent visitors come',
    fallback: 'constant',
  },
  {
    name: 'max-in-flight',
    value: 'N',
    summary: 'open load: the most requests under way; more wait their turn, and drop out in the end',
    fallback: '1000',
  },
  { name: 'warmup', value: 'DURATION', summary: 'at the beginning, left out of the figures' },
  {
    name: 'request-timeout',
    value: 'DURATION',
    summary: 'time limit of one request',
    fallback: 'what the spec file says, or 10s',
  },
  {
    name: 'workers',
    value: 'N',
    summary: 'threads that generate load; auto is one for each core',
    fallback: '1',
  },
];

const REDIS_FLAGS: readonly FlagSpec[] = [
  { name: 'redis', summary: 'put load on Redis itself, on keys of its own that are removed in the end' },
  {
    name: 'mix',
    value: 'LIST',
    summary: "commands and how often: get:90,set:10, or 'HGET {key} name:5'",
    fallback: 'get:90,set:10',
  },
  { name: 'keys', value: 'N', summary: 'different keys', fallback: '10000' },
  { name: 'value-size', value: 'SIZE', summary: 'of values: 100, 2KB or a range 100-2KB', fallback: '100' },
  { name: 'pipeline', value: 'N', summary: 'commands sent together on a connection', fallback: '1' },
];

const RESULT_FLAGS: readonly FlagSpec[] = [
  {
    name: 'assert',
    value: 'CONDITION',
    repeatable: true,
    summary: "fail with exit 6 unless it holds: 'p99 < 50ms', 'error_rate < 1%', 'improvement >= 90%'",
  },
  {
    name: 'baseline',
    value: 'FILE',
    summary: "an earlier report (--json) to hold it against: 'p95 <= baseline * 1.1'",
  },
  { name: 'report', value: 'FILE.html', summary: 'write the report as one page as well' },
  {
    name: 'export',
    value: 'TOOL',
    choices: ['k6'],
    summary: 'send nothing, and write a script for it with the same targets, rate and thresholds',
  },
];

/** `cachectl loadtest`. */
export const loadtestSpec: CommandSpec = {
  path: ['loadtest'],
  summary: 'Measure what the cache is worth, and what load the application holds',
  description:
    'For a scope alone, each target is requested from the origin with its entry removed, then stored, then read ' +
    'from Redis as an application would. With --rate, --stages, --url or --requests-from it is load on all targets ' +
    'together. --url takes web addresses here; one that starts with redis:// names the Redis, as everywhere.',
  args: [CONDITION_ARG],
  flags: [
    ...inGroup('What is requested', TARGET_FLAGS),
    ...inGroup('How it is requested', MODEL_FLAGS),
    {
      name: 'compare',
      value: 'PHASES',
      choices: ['cold,warm', 'origin,cache', 'none'],
      summary: 'what to hold side by side for a scope; none is load alone',
      fallback: 'cold,warm where the application fills its cache itself',
    },
    {
      name: 'repeat',
      value: 'N',
      summary: 'how often the two phases take turns; with --search, runs at each rate',
      fallback: '5, with --search 3',
    },
    {
      name: 'count-header',
      value: 'NAME',
      summary: 'a number in the answers to average, such as X-DB-Queries',
    },
    {
      name: 'confirm',
      value: 'NAME',
      summary: "the target's name, where a protected connection is concerned",
    },
    ...inGroup('Load on Redis itself', REDIS_FLAGS),
    ...inGroup('What becomes of the result', RESULT_FLAGS),
    ...LAYOUT_FLAGS,
  ],
  missingFlags: [
    {
      names: ['vus', 'users', 'clients', 'threads', 'concurrency'],
      because: 'it has connections and workers',
      instead:
        '--connections N says how many requests are under way at once, --workers N how many threads send them',
    },
  ],
  examples: [
    { line: 'cachectl loadtest --scope homepage', does: 'Without the cache against with it' },
    {
      line: 'cachectl loadtest --scope homepage --count-header X-DB-Queries',
      does: 'With database queries counted',
    },
    {
      line: 'cachectl loadtest --url http://127.0.0.1:8000/ --rate 500/s --duration 30s',
      does: 'On schedule, with honest latencies',
    },
    {
      line: "cachectl loadtest --url http://127.0.0.1:8000/ --search 'p99 < 50ms'",
      does: 'The highest rate that it holds',
    },
    {
      line: 'cachectl loadtest --requests-from access.log --url http://127.0.0.1:8000 --stages 30s:100/s,1m:500/s',
      does: "Yesterday's traffic, more and more of it",
    },
    {
      line: 'cachectl loadtest --redis --mix get:90,set:10 --connections 50 --duration 10s',
      does: 'Redis itself',
    },
  ],
  risk: 'write',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown', 'junit', 'hdr'],
  usesRedis: true,
  gates: true,
  load: () => import('./run.ts'),
};
