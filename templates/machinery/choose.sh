# Whether its command line is Docker's or Apptainer's: the steps set it.
family=''

# choose_engine: the engine of this run is the one that was asked for, or the first that is usable here;
# where `wanted_image` names one, the first that has it.
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
		# Its command line can be looked at on any host.
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

# usable ENGINE: it has the image, or answers; one that is there may still be closed to this user, or
# silent.
usable() {
	local answer before=${problems} status=0
	if [[ -n ${wanted_image} ]]; then
		ask_engine out "$1" image inspect --format '{{.Id}}' -- "${wanted_image}" || status=$?
	else
		"$1_usable" || status=$?
	fi
	# Whether it is a problem, the others tell.
	problems=${before}
	return "${status}"
}
