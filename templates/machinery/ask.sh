# ask STREAMS SECONDS COMMAND...: run a command with a time limit. Sets `answer` to its output
# (STREAMS: out, or both to include standard error). The status is the command's, or 124 if it did not
# end in time and was killed. With empty SECONDS there is no limit.
answer=''
ask() {
	local streams=$1 limit=$2 fd lifeline status=''
	shift 2
	answer=''
	# Open for reading and writing: a process that keeps the pipe open cannot block the reading.
	exec {fd}<> <(: || true)
	# The child has none of this script's streams: if it cannot be killed, their readers do not wait.
	exec {lifeline}> >(exec >&"${fd}" {fd}>&- 2>/dev/null && answering "${streams}" "$@" || true)
	if IFS= read -r -d '' ${limit:+-t "${limit}"} -u "${fd}" answer &&
		IFS= read -r -d '' -t 1 -u "${fd}" status && [[ ${status} =~ ^[0-9]+$ ]]; then
		printf '\n' >&"${lifeline}"
	else
		answer=''
		status=124
	fi
	exec {fd}>&- {lifeline}>&-
	# From bash 4.4 on it is an ordinary child, which the engine's process would not expect after exec.
	wait "$!" 2>/dev/null || true
	answer=${answer%"${answer##*[!$'\n']}"}
	return "${status}"
}

# answering STREAMS COMMAND...: print the output and the status, each followed by a NUL. The caller
# keeps standard input open, and writes a line to it after it has read the answer.
answering() {
	local streams=$1 status=0
	shift
	trap '' HUP INT QUIT TERM
	# A process group of its own, so that the whole group can be killed.
	set -m
	{
		trap - HUP INT QUIT TERM
		# Standard error is redirected only here: in the whole group, it would also get bash's message
		# that a signal ended the command. A subshell, because a function may exit or exec.
		if [[ ${streams} == out ]]; then
			("$@") || status=$?
		else
			("$@" 2>&1) || status=$?
		fi
		printf '\0%s\0' "${status}"
	} </dev/null &
	# A command that cannot be killed (its file server is gone) is not waited for.
	read -r _ || kill -KILL -- "-$!"
}

# look PATH: set `seen` to a letter for each of bash's file tests that succeeds; to ? if the file
# system does not answer, and `silence` to the end of a message about that.
looked=''
seen=''
silence=''
silent=()
look() {
	local answer path folder rest part at=/ server='' i
	[[ $1 != "${looked}" ]] || return 0
	looked=$1
	# The kernel's own file systems answer at once, without a time limit.
	case $1 in
	*/../*) ;;
	/dev/* | /proc/* | /sys/*)
		seen=$(looking "$1")
		return 0
		;;
	*) ;;
	esac
	path=$1
	[[ ${path} == /* ]] || path=${PWD}/${path}
	for ((i = 0; i < ${#silent[@]}; i++)); do
		if [[ ${path}/ == "${silent[i]}"/* ]]; then
			seen='?'
			silence="does not answer either (it is on ${silent[i]})"
			return 0
		fi
	done
	if ask out 5 looking "$1"; then
		seen=${answer}
		return 0
	fi
	# Find the mount of the path without following symbolic links: they may not answer either.
	while read -r _ _ _ _ folder rest; do
		printf -v folder %b "${folder}"
		if [[ ${path}/ == "${folder%/}"/* ]] && ((${#folder} >= ${#at})); then
			at=${folder}
			read -r part server _ <<<"${rest##* - }"
		fi
	done </proc/self/mountinfo
	seen='?'
	if [[ ${at} == / ]]; then
		silence='did not answer in 5 s: look at the file server that it is on, or that a link in it leads to'
	else
		silent+=("${at}")
		silence="did not answer in 5 s: look at the file server of ${at} (${server}, ${part})"
	fi
}

# looking PATH: print the letters for look.
looking() {
	local part=''
	[[ ! -e $1 ]] || part+=e
	[[ ! -d $1 ]] || part+=d
	[[ ! -f $1 ]] || part+=f
	[[ ! -p $1 ]] || part+=p
	[[ ! -r $1 ]] || part+=r
	[[ ! -w $1 ]] || part+=w
	printf '%s' "${part}"
}
