// Loaded into a program by NODE_OPTIONS=--import: writes its peak memory, in KB, to a file as it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const file = process.env['CACHECTL_TEST_PEAK_FILE'];
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS));
});
