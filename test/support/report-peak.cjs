// Loaded into a program by NODE_OPTIONS=--require: writes its peak memory, in KB, to a file as it ends.
process.on('exit', () => {
  const file = process.env.CACHECTL_TEST_PEAK_FILE;
  if (file) require('node:fs').writeFileSync(file, String(process.resourceUsage().maxRSS));
});
