// Prints the failed tests of vitest's JSON report, each with its file, its name and how it failed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const MOST_LINES = 30;

/**
 * What is read of the report.
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} Test
 * @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} TestFile
 */

/** @type {{ testResults: TestFile[] }} */
const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
for (const file of report.testResults) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  const name = relative(process.cwd(), file.name);
  for (const { fullName, failureMessages } of failed)
    tell(`${name}: ${fullName}`, failureMessages.join('\n'));
  // A file that could not be loaded, or whose set-up broke down, has a message of its own.
  if (failed.length === 0 && file.status === 'failed') tell(name, file.message);
}

/**
 * @param {string} what
 * @param {string} how
 */
function tell(what, how) {
  console.log(`FAILED: ${what}`);
  const lines = stripVTControlCharacters(how).split('\n').slice(0, MOST_LINES);
  for (const line of lines) console.log(`    ${line}`);
}
