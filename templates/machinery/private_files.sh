# Files with values of the spec. In the container every user can read them; on this host, the mode of
# the private folder keeps other users out.
private_names=()
private_values=()

# private_file NAME TARGET VALUE
private_file() {
	# The prefix keeps them apart from other files in the folder.
	private_names+=("file-$1")
	private_values+=("$3")
	if [[ ${dry_run} == yes ]]; then
		say "the file for $2 is made at each start; its path differs"
		find_runtime || return 0
		[[ -n ${private} ]] || private=${runtime}/${project}.XXXXXX
	else
		clean_up_at_end
		make_private || return 0
	fi
	add_fields --mount type=bind "source=${private}/file-$1" "target=$2" readonly
}

fill_private() {
	local i
	for ((i = 0; i < ${#private_names[@]}; i++)); do
		write_private "${private_names[i]}" 0444 "${private_values[i]}" || break
	done
	stop_on_problems
}
