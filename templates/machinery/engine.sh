# Whether the engine is on another host: set by find_daemon.
remote=no

# ask_engine STREAMS PROGRAM ARGUMENT...: call an engine through ask. If it does not answer, that is
# reported as a problem, and the engine is not called again.
unanswered=' '
ask_engine() {
	local status=0 words="$2 $3" advice='see whether a file server is down that it is on, or that it looks at'
	if [[ ${unanswered} == *" $2 "* ]]; then
		problems=$((problems + 1))
		return 124
	fi
	ask "$1" 30 "${@:2}" || status=$?
	if ((status == 124)); then
		unanswered+="$2 "
		[[ -z ${4-} || $4 == -* ]] || words+=" $4"
		if declare -F "$2_advice" >/dev/null; then
			"$2_advice"
		fi
		problem "$2 did not answer '${words}' in 30 s: ${advice}"
	fi
	return "${status}"
}

# beside FILE: set `output` to the command for another output of the spec, in this script's folder.
beside() {
	output=$1
	[[ ${output} == */* ]] || output=${own_command%/*}/${output}
}
