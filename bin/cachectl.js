#!/usr/bin/env node
// CommonJS, in words that very old Nodes know: one of them is to say what it lacks, and a new one need not load
// what it loads ES modules with.
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`cachectl needs Node 20.19 or later; this is Node ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { enableCompileCache } = require('node:module');
  // Where Node has it (22.1 and later): the second run need not compile again.
  if (enableCompileCache !== undefined) enableCompileCache();
  require('../dist/cachectl.cjs')
    .run()
    .then((exitCode) => {
      process.exitCode = exitCode;
    });
}
