#!/bin/sh
# ide {start|shell|stop|logs}
NAME=ide-$(whoami)
IMAGE=${IDE_IMAGE:-ide:latest}
COMMON="--network host --ipc=host -e http_proxy -e https_proxy -v /opt/tools:/opt/tools:ro"

case "$1" in
  start)
    docker rm -f "$NAME" 2>/dev/null
    docker run -d --name "$NAME" --restart unless-stopped $COMMON "$IMAGE"
    ;;
  shell)
    docker run -it --rm $COMMON --entrypoint /bin/bash "$IMAGE" -l
    ;;
  stop)
    docker stop "$NAME"
    ;;
  logs)
    docker logs -f "$NAME"
    ;;
  *)
    echo "usage: $0 {start|shell|stop|logs}"
    exit 1
    ;;
esac
