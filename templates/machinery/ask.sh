# ask STREAMS SECONDS COMMAND...: sets `answer` to what it prints (STREAMS: out, or both for its
# errors too). The status is the command's, or 124 where it did not answer in time: it is ended then.
# No SECONDS: however long it takes.
answer=''
ask() {
	local streams=$1 limit=$2 fd lifeline status=''
	shift 2
	answer=''
	# Both ends of a pipe: its end never comes, so nobody can hold it up.
	exec {fd}<> <(: || true)
	# It has none of this script's own streams: where it cannot be ended, nobody who reads them waits.
	exec {lifeline}> >(exec >&"${fd}" {fd}>&- 2>/dev/null && answering "${streams}" "$@" || true)
	if IFS= read -r -d '' ${limit:+-t "${limit}"} -u "${fd}" answer &&
		IFS= read -r -d '' -t 1 -u "${fd}" status && [[ ${status} =~ ^[0-9]+$ ]]; then
		printf '\n' >&"${lifeline}"
	else
		answer=''
		status=124
	fi
	exec {fd}>&- {lifeline}>&-
	# From bash 4.4 on it is a child like others, which the engine's process would not expect.
	wait "$!" 2>/dev/null || true
	answer=${answer%"${answer##*[!$'\n']}"}
	return "${status}"
}

# answering STREAMS COMMAND...: what it prints, and its status; a NUL after each. Whoever asked holds
# the standard input open, and writes a line there once there is an answer.
answering() {
	local streams=$1 status=0
	shift
	trap '' HUP INT QUIT TERM
	# In a process group of its own, which can be ended whole.
	set -m
	{
		trap - HUP INT QUIT TERM
		# Not for the whole group: bash itself says it there when a signal ends the command. In a
		# process of its own, which a function may end or replace.
		if [[ ${streams} == out ]]; then
			("$@") || status=$?
		else
			("$@" 2>&1) || status=$?
		fi
		printf '\0%s\0' "${status}"
	} </dev/null &
	# Where it cannot be ended (a file server that is gone), nobody waits for it all the same.
	read -r _ || kill -KILL -- "-$!"
}

# look PATH: sets `seen` to what this user finds there, a letter for each of bash's tests that holds;
# to ? where nothing answers, and `silence` to what to say of it then.
looked=''
seen=''
silence=''
silent=()
look() {
	local answer path folder rest part at=/ server='' i
	[[ $1 != "${looked}" ]] || return 0
	looked=$1
	# What the kernel itself answers needs no limit.
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
	# The mount that it is on; without following links, which may not answer either.
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

# looking PATH: prints the letters.
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
