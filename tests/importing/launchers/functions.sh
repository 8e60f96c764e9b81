#!/bin/bash
image="lab/desk:5"

run_in_container() {
  local interactive=$1
  shift
  local opts=(--rm -v lab-home:/home/lab -e LANG=C.UTF-8)
  [[ $interactive == yes ]] && opts+=(-it)
  docker run "${opts[@]}" "$image" "$@"
}

# Everything the lab needs
desk() { run_in_container no /usr/bin/desk --listen "0.0.0.0:${DESK_PORT:-6080}"; }
# A shell in it
shell() { run_in_container yes bash; }

case ${1:-desk} in
desk) desk ;;
shell) shell ;;
esac
