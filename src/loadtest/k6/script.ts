import { distributionText } from '../distribution.ts';
import type { LoadModel } from '../engine/model.ts';
import type { LoadPlan } from '../engine/run-load.ts';
import { urlOf } from '../targets/endpoint.ts';
import type { LoadTarget } from '../targets/load-target.ts';
import { formatDurationMs } from '../../units/duration.ts';
import type { Assertion } from '../../assertions/assertion.ts';

/** What a script has to do. */
export interface K6Plan {
  readonly targets: readonly LoadTarget[];
  readonly model: LoadModel;
  readonly popularity: LoadPlan['popularity'];
  readonly assertions: readonly Assertion[];
  readonly warmupMs: number;
}

/** Metrics that k6 measures as well, and what it calls them. */
const LATENCIES: Readonly<Record<string, string>> = {
  mean: 'avg',
  p50: 'p(50)',
  p75: 'p(75)',
  p90: 'p(90)',
  p95: 'p(95)',
  p99: 'p(99)',
  p999: 'p(99.9)',
  max: 'max',
};

/**
 * A k6 script with the same targets, rate and thresholds (grafana.com/docs/k6: scenarios, thresholds). What k6 has
 * no word for stands in a comment, so that nothing is lost without a word.
 */
export function renderK6({ targets, model, popularity, assertions, warmupMs }: K6Plan): string {
  const thresholds = assertions.map(thresholdOf);
  const known = new Map<string, string[]>();
  for (const threshold of thresholds) {
    if (threshold.metric === undefined) continue;
    known.set(threshold.metric, [...(known.get(threshold.metric) ?? []), threshold.text]);
  }
  const notes = [
    ...thresholds.flatMap(({ metric, text }) => (metric === undefined ? [`k6 cannot assert: ${text}`] : [])),
    ...(model.kind === 'open' && model.spread === 'poisson'
      ? ['k6 has constant arrivals only; these were to be Poisson']
      : []),
    ...(popularity.kind === 'zipf' || popularity.kind === 'hotspot'
      ? [`the distribution ${distributionText(popularity)} is written out as weights`]
      : []),
    ...(warmupMs > 0
      ? [`k6 leaves nothing out: the warm-up of ${formatDurationMs(warmupMs)} counts as well`]
      : []),
    'k6 measures http_req_duration from sending; see dropped_iterations for what could not be sent in time',
  ];
  const list = targets.map(({ endpoint, headers, timeoutMs }, index) => ({
    url: urlOf(endpoint),
    headers,
    timeout: `${timeoutMs}ms`,
    weight: weightsOf(popularity, targets.length)[index] ?? 1,
  }));
  return `// Made by cachectl loadtest --export k6. Run it with: k6 run FILE
${notes.map((note) => `// ${note.replaceAll('\n', ' ')}`).join('\n')}
import http from 'k6/http';
import { check } from 'k6';

const targets = ${js(list)};
const total = targets.reduce((sum, { weight }) => sum + weight, 0);

/** @type {import('k6/options').Options} */
export const options = ${js({
    scenarios: { load: scenarioOf(model) },
    thresholds: Object.fromEntries(known),
    summaryTrendStats: ['avg', 'min', 'med', 'p(75)', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)', 'max'],
  })};

function next() {
  let at = Math.random() * total;
  return targets.find(({ weight }) => (at -= weight) < 0) ?? targets[0];
}

export default function () {
  const { url, headers, timeout } = next();
  const response = http.get(url, { headers, timeout, redirects: 0 });
  check(response, { 'status is 2xx': ({ status }) => status >= 200 && status < 300 });
}
`;
}

/** JSON is JavaScript, except that two line separators must not stand in it. */
function js(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function weightsOf(popularity: LoadPlan['popularity'], count: number): readonly number[] {
  switch (popularity.kind) {
    case 'turns':
    case 'uniform':
      return Array.from({ length: count }, () => 1);
    case 'weights':
      return popularity.weights;
    case 'zipf':
      return Array.from({ length: count }, (_, index) => (index + 1) ** -popularity.exponent);
    case 'hotspot': {
      const hot = Math.min(count, Math.max(1, Math.round(count * popularity.shareOfTargets)));
      return Array.from({ length: count }, (_, index) =>
        index < hot
          ? (hot === count ? 1 : popularity.shareOfRequests) / hot
          : (1 - popularity.shareOfRequests) / (count - hot),
      );
    }
  }
}

function scenarioOf(model: LoadModel): Readonly<Record<string, unknown>> {
  if (model.kind === 'closed') {
    return model.until.kind === 'duration'
      ? { executor: 'constant-vus', vus: model.connections, duration: `${model.until.ms}ms` }
      : { executor: 'shared-iterations', vus: model.connections, iterations: model.until.count };
  }
  // k6 takes whole numbers of iterations: a minute is fine enough for slow rates.
  const perMinute = (rate: number): number => Math.round(rate * 60);
  return {
    executor: 'ramping-arrival-rate',
    startRate: perMinute(model.stages[0]?.fromPerSecond ?? 0),
    timeUnit: '1m',
    preAllocatedVUs: Math.min(model.maxInFlight, 100),
    maxVUs: model.maxInFlight,
    stages: model.stages.map(({ durationMs, toPerSecond }) => ({
      duration: `${durationMs}ms`,
      target: perMinute(toPerSecond),
    })),
  };
}

function thresholdOf({ text, metric, operator, wanted }: Assertion): {
  readonly metric?: string;
  readonly text: string;
} {
  if (wanted.kind !== 'amount') return { text };
  const { name } = metric;
  const latency = LATENCIES[name];
  if (latency !== undefined)
    return { metric: 'http_req_duration', text: `${latency} ${operator} ${wanted.amount}` };
  if (name === 'error_rate')
    return { metric: 'http_req_failed', text: `rate ${operator} ${wanted.amount / 100}` };
  if (name === 'dropped') return { metric: 'dropped_iterations', text: `count ${operator} ${wanted.amount}` };
  if (name === 'rate') return { metric: 'http_reqs', text: `rate ${operator} ${wanted.amount}` };
  return { text };
}
