#!/usr/bin/env bash
# Deploys, clears what the new release changes, and warms it again before visitors do.
#   CACHECTL_URL=rediss://cache.internal:6380/0 ORIGIN_URL=https://shop.example ./deploy.sh
set -euo pipefail

# Where the cache is away, the deployment goes on without it (a warning and exit 0).
cachectl() { command cachectl "$@" --on-unavailable skip --no-input; }

# ... your deployment here: upload, migrate, restart ...

echo 'Templates have changed: clear and warm them in chunks, so that the cache is never cold.'
cachectl clear --scope homepage --rewarm

echo 'The rest: only what is not there yet, gently.'
cachectl warm --scope all --only-missing --rate 50/s --max-failures 10% --lock skip

echo 'How is it doing?'
cachectl stats
