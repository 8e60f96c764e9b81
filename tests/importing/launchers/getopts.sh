#!/bin/bash
# Start the team's notebook server.
usage() { echo "usage: $0 [-p port] [-m memory] [-i image]" >&2; exit 2; }

PORT=8888
MEMORY=8g
IMAGE=registry.test:5000/team/notebook:2.1
while getopts "p:m:i:h" opt; do
  case $opt in
    p) PORT=$OPTARG ;;
    m) MEMORY=$OPTARG ;;
    i) IMAGE=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))

docker run --rm -it \
  --name "notebook-$USER" \
  --memory "$MEMORY" \
  -p "127.0.0.1:$PORT:8888" \
  -v "$HOME/notebooks:/home/jovyan/work" \
  -u "$(id -u):$(id -g)" --group-add users \
  "$IMAGE" start-notebook.py --NotebookApp.token=''
