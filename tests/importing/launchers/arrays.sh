#!/usr/bin/env bash
set -euo pipefail

args=(
  --init
  --hostname ide
  # the uid of whoever starts it
  --user "$(id -u):$(id -g)"
  --workdir "$PWD"
  -v "$PWD:$PWD"
  -e TERM # colours
)
if [[ -d /nfs/projects ]]; then
  args+=(-v /nfs/projects:/nfs/projects:ro)
fi
if [[ -e /dev/kvm ]]; then
  args+=(--device /dev/kvm)
fi
if [[ -n ${SSH_AUTH_SOCK:-} ]]; then
  args+=(-v "$SSH_AUTH_SOCK:/ssh-agent" -e SSH_AUTH_SOCK=/ssh-agent)
fi
for name in http_proxy https_proxy no_proxy; do
  args+=(-e "$name")
done

exec docker run --rm "${args[@]}" builder:14 make -j "${JOBS:-4}"
