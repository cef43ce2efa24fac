#!/usr/bin/env node
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cachectl needs Node 20.19 or later; this is Node ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  // Where Node has it (22.1 and later): the second run need not compile again.
  module.enableCompileCache?.();
  const { run } = await import('../dist/cachectl.js');
  process.exitCode = await run();
}
