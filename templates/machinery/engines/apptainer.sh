apptainer_title=Apptainer

# find_apptainer: set the program, apptainer or singularity, and the prefix of its variables.
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

# apptainer_usable: only starting a container shows whether that works.
apptainer_usable() {
	return 0
}

apptainer_listens_as_root() {
	return 1
}
