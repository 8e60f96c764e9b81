# The family of the engine's command line, docker or apptainer; set by the steps.
family=''

# choose_engine: set `engine` to the requested engine; for auto, to the first one that is usable, or
# that has `wanted_image` if that is set.
wanted_image=''
choose_engine() {
	local candidate first='' words="${engines[*]}"
	if [[ ${engine} == auto ]]; then
		engine=''
		for candidate in "${engines[@]}"; do
			"${candidate}_there" || continue
			first=${first:-${candidate}}
			if usable "${candidate}"; then
				engine=${candidate}
				return 0
			fi
		done
		engine=${first}
		# A dry run can print the command line on any host.
		[[ ${dry_run} == no ]] || engine=${engine:-${engines[0]}}
		if [[ -z ${engine} ]]; then
			problem "none of ${words// /, } is on PATH: install one of them, or add its folder to PATH"
			stop_on_problems
		fi
		return 0
	fi
	for candidate in "${engines[@]}"; do
		[[ ${engine} != "${candidate}" ]] || return 0
	done
	bad_input "there is no engine ${engine}; the engines are ${words// /, } and auto"
}

# usable ENGINE: whether it has `wanted_image`, or answers this user.
usable() {
	local answer before=${problems} status=0
	if [[ -n ${wanted_image} ]]; then
		ask_engine out "$1" image inspect --format '{{.Id}}' -- "${wanted_image}" || status=$?
	else
		"$1_usable" || status=$?
	fi
	# Not a problem yet: another engine may be usable.
	problems=${before}
	return "${status}"
}
