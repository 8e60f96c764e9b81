#!/bin/bash
source "$(dirname "$0")/site.conf"
: "${LICENSE_SERVER:?set LICENSE_SERVER in site.conf}"
[ -z "$EXTRA" ] || echo "EXTRA is ignored"

docker run --rm \
  -e LM_LICENSE_FILE="27000@$LICENSE_SERVER" \
  -v "${TOOLS_ROOT:=/tools}":/tools:ro \
  -v "${SCRATCH:-/scratch/$USER}":/scratch \
  --ulimit stack=-1 --shm-size 4g \
  eda:${EDA_VERSION:-2024.3} "$@"
