#!/bin/bash
# Train on a GPU machine.
GPUS=all
DETACH=""
while [ $# -gt 0 ]; do
  case "$1" in
    --gpus) GPUS="$2"; shift 2 ;;
    --gpus=*) GPUS="${1#*=}"; shift ;;
    -d) DETACH="-d"; shift ;;
    *) break ;;
  esac
done
docker run $DETACH --rm --gpus "$GPUS" --ipc=host --ulimit memlock=-1 --ulimit stack=67108864 \
  -v /data/sets:/data:ro -v "$(pwd)":/workspace \
  -e WANDB_API_KEY -e NCCL_DEBUG=INFO \
  nvcr.test/nvidia/pytorch:24.05-py3 python train.py "$@"
