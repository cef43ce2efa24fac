import type { RedisClient } from '../../redis/types.ts';
import type { AnalyzeReport } from '../report.ts';
import { compressible } from './compress-advice.ts';
import type { Finding } from './finding.ts';
import { serverAdvice, unevictable } from './server-advice.ts';
import { expiringTogether, missingTtl } from './ttl-advice.ts';
import { unreadPatterns } from './unread-advice.ts';

/** Findings of one kind that are worth reading at once. */
const MOST_OF_A_KIND = 10;

/** Everything that should be changed, the more urgent first. */
export async function advise(report: AnalyzeReport, client: RedisClient): Promise<readonly Finding[]> {
  const all = [
    serverAdvice(report),
    unevictable(report),
    missingTtl(report),
    expiringTogether(report),
    unreadPatterns(report),
    await compressible(report, client),
  ].flatMap((findings) => findings.slice(0, MOST_OF_A_KIND));
  return [
    ...all.filter(({ severity }) => severity === 'warning'),
    ...all.filter(({ severity }) => severity === 'notice'),
  ];
}
