import { analyzeSpec } from '../analyze/command.ts';
import { clearSpec } from '../clear/command.ts';
import { completionSpec } from '../completion/command.ts';
import { configSchemaSpec, configShowSpec, configValidateSpec } from '../config/command.ts';
import { deploySpec } from '../deploy/command.ts';
import { doctorSpec } from '../doctor/command.ts';
import { demoSpec } from '../demo/command.ts';
import { invalidateSpec } from '../invalidation/command.ts';
import { initSpec } from '../init/command.ts';
import { inspectSpec } from '../inspect/command.ts';
import { keyExplainSpec, keyForSpec } from '../key/command.ts';
import { layoutDetectSpec } from '../layout/command.ts';
import { keysSpec } from '../list/command.ts';
import { listenSpec } from '../listen/command.ts';
import { deadLettersListSpec, deadLettersReplaySpec } from '../listen/dead-letters/command.ts';
import { loadtestSpec } from '../loadtest/command.ts';
import {
  namespaceBumpSpec,
  namespaceGcSpec,
  namespaceGetSpec,
  namespaceListSpec,
  namespaceRollbackSpec,
} from '../namespaces/command.ts';
import { pingSpec } from '../ping/command.ts';
import { restoreSpec } from '../restore/command.ts';
import { statsSpec } from '../stats/command.ts';
import { tagsAddSpec, tagsListSpec, tagsRepairSpec, tagsShowSpec } from '../tags/command.ts';
import { statsDiffSpec } from '../stats/diff-command.ts';
import { ttlSpec } from '../ttl/command.ts';
import { verifySpec } from '../verify/command.ts';
import { warmSpec } from '../warm/command.ts';
import type { CommandSpec } from './command.ts';
import { helpSpec } from './help-command.ts';

/** Every command, in the order of help. Data only: a command's code is loaded when it runs. */
export const COMMANDS: readonly CommandSpec[] = [
  warmSpec,
  verifySpec,
  clearSpec,
  restoreSpec,
  keysSpec,
  ttlSpec,
  tagsListSpec,
  tagsShowSpec,
  tagsAddSpec,
  tagsRepairSpec,
  invalidateSpec,
  deploySpec,
  listenSpec,
  deadLettersListSpec,
  deadLettersReplaySpec,
  namespaceListSpec,
  namespaceGetSpec,
  namespaceBumpSpec,
  namespaceRollbackSpec,
  namespaceGcSpec,
  inspectSpec,
  statsSpec,
  analyzeSpec,
  statsDiffSpec,
  loadtestSpec,
  pingSpec,
  doctorSpec,
  initSpec,
  keyExplainSpec,
  keyForSpec,
  layoutDetectSpec,
  configValidateSpec,
  configShowSpec,
  configSchemaSpec,
  completionSpec,
  demoSpec,
  helpSpec,
];
