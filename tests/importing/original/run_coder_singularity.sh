#!/bin/bash
# Starts the container from an image file; --shell opens a shell.

if [ "$1" = "--shell" ]; then
    RUN_MODE="shell"
    shift
else
    RUN_MODE="run"
fi
NEW_HOME=${1:-/nfs/site/home/$(whoami)/coder}

export SINGULARITYENV_PORT=${PORT:-7860}
export SINGULARITYENV_DISPLAY=$DISPLAY
if [ -z "$XAUTHORITY" ]; then
    export XAUTHORITY=~/.Xauthority
fi

if [ ! -f ./coder.sif ]; then
    echo "coder.sif is missing: make it with docker_to_singularity.sh" >&2
    exit 1
fi

DISPLAY_HOST=${DISPLAY%%:*}
XHOST_GRANT=""
if [ -z "$DISPLAY_HOST" ] || [ "$DISPLAY_HOST" = localhost ]; then
    if xhost +SI:localuser:$USER; then
        XHOST_GRANT="SI:localuser:$USER"
    elif xhost +local:; then
        XHOST_GRANT="local:"
    else
        echo "Warning: no X access"
    fi
else
    if xhost +SI:localuser:$USER; then
        XHOST_GRANT="SI:localuser:$USER"
    elif xhost +$DISPLAY_HOST; then
        XHOST_GRANT="$DISPLAY_HOST"
    else
        echo "Warning: no X access"
    fi
fi

singularity $RUN_MODE \
    --home "$NEW_HOME" \
    --bind /nfs \
    --bind /var/lib/ca-certificates \
    --bind /var/tmp \
    --bind /tmp \
    --bind /tmp/.X11-unix \
    --bind /dev/fuse \
    ./coder.sif

if [ -n "$XHOST_GRANT" ]; then
    xhost -"$XHOST_GRANT"
fi
