#!/bin/bash
#SBATCH --job-name=sim
#SBATCH --cpus-per-task=8
# Run a simulation on the cluster.
module load apptainer
BINDS="--bind /scratch/$USER:/scratch"
for d in /projects /software; do
  BINDS="$BINDS --bind $d:$d:ro"
done
export APPTAINERENV_OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-8}
srun apptainer exec --cleanenv --containall --no-home $BINDS --pwd /scratch \
  /software/images/sim.sif simulate --input "${INPUT:-run.yaml}"
