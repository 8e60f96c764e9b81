apptainer_title=Apptainer

# find_apptainer: its program is apptainer or singularity, and reads variables of that name.
program=apptainer
prefix=APPTAINER
find_apptainer() {
	if ! ask out 5 command -v apptainer && ask out 5 command -v singularity; then
		program=singularity
		prefix=SINGULARITY
	fi
}

apptainer_there() {
	ask out 5 command -v apptainer || ask out 5 command -v singularity
}

# Whether it can start containers, only a start tells.
apptainer_usable() {
	return 0
}

apptainer_listens_as_root() {
	return 1
}
