#!/bin/bash
# Rootless, on the build hosts.
cd "$(dirname "$0")" || exit
podman pull --quiet registry.test/dev/toolbox:9
exec podman run --rm -it \
    --userns=keep-id \
    --security-opt label=disable \
    --pids-limit -1 \
    -v "$HOME":"$HOME":rslave \
    -v ./cache:/cache:Z \
    -w "$HOME" \
    --tmpfs /scratch:size=2g,mode=1777,notmpcopyup \
    registry.test/dev/toolbox:9 bash -l
