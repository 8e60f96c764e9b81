#!/bin/bash
# Starts the container; --shell opens a shell in it instead.

set -e

SHELL_MODE=false
while [[ $# -gt 0 ]]; do
    case $1 in
        --shell)
            SHELL_MODE=true
            shift
            ;;
        *)
            echo "Unknown option: $1"
            echo "Usage: $0 [--shell]"
            exit 1
            ;;
    esac
done

PORT=${PORT:-7860}
CODE_SERVER_PORT=${CODE_SERVER_PORT:-9888}

if [ -n "$DISPLAY" ]; then
    xhost +local: || echo "Warning: xhost failed"
fi

if [ "$SHELL_MODE" = true ]; then
    docker run -it --rm \
        --user $(id -u):$(id -g) \
        --security-opt seccomp=unconfined \
        --cap-add=SYS_ADMIN \
        --device /dev/fuse \
        --ipc=host \
        -e http_proxy=$http_proxy \
        -e https_proxy=$https_proxy \
        -e no_proxy=$no_proxy \
        -e DISPLAY=$DISPLAY \
        -v /nfs/site/home/$USER:/nfs/site/home/$USER \
        -v /nfs:/nfs \
        -v /usr/intel:/usr/intel \
        -v /tmp/.X11-unix:/tmp/.X11-unix \
        --entrypoint /bin/bash \
        coder:latest
else
    echo "Starting on port $PORT, display $DISPLAY"
    docker run \
        --user $(id -u):$(id -g) \
        --security-opt seccomp=unconfined \
        --cap-add=SYS_ADMIN \
        --device /dev/fuse \
        --ipc=host \
        -e http_proxy=$http_proxy \
        -e https_proxy=$https_proxy \
        -e no_proxy=$no_proxy \
        -e PORT=$PORT \
        -e DISPLAY=$DISPLAY \
        -p $PORT:$PORT \
        -p $CODE_SERVER_PORT:$CODE_SERVER_PORT \
        -v /nfs/site/home/$USER:/nfs/site/home/$USER \
        -v /nfs:/nfs \
        -v /usr/intel:/usr/intel \
        -v /tmp/.X11-unix:/tmp/.X11-unix \
        coder:latest
fi
