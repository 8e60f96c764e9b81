# One lock of a folder, with or without flock(1): launchers of one user may differ in PATH, and a
# program that hangs would keep flock's for as long as it lives. A process takes the lock by moving a
# folder that has its name in it to .lock: that fails where .lock has a name in it already. Whoever
# finds the name of a process that has ended removes that name, and no other.

# locked FOLDER COMMAND...: run a function while no other process has the lock of the folder, which
# is this user's alone. Its status, or 75 where the lock was not to be had in 10 s, which is said.
# It runs in a child, which signals do not reach; where one came meanwhile, the script ends after it.
locked() {
	local child late='' signalled=yes status=0
	if [[ ${cleanup} != now ]]; then
		trap 'signalled=yes late=129' HUP
		trap 'signalled=yes late=130' INT
		trap 'signalled=yes late=143' TERM
	fi
	(
		trap '' HUP INT PIPE TERM TSTP TTOU
		umask 077
		# Whatever fails, the rest is done, and the lock is given back.
		set +e
		with_lock "$@"
	) &
	child=$!
	# wait also ends early for a signal that came at the end of another wait.
	while [[ -n ${signalled} ]] || { ((status > 128)) && kill -0 "${child}" 2>/dev/null; }; do
		signalled=''
		status=0
		# bash itself would say here that a signal ended it.
		wait "${child}" 2>/dev/null || status=$?
	done
	hear_signals
	[[ -z ${late} ]] || exit "${late}"
	return "${status}"
}

with_lock() {
	local folder=$1 lock=$1/.lock process keeper end=$((SECONDS + 10)) file ended status=0
	shift
	identify "${BASHPID}"
	keeper=${process}
	if ! { mkdir -- "${lock}-${keeper}" && : >"${lock}-${keeper}/${keeper}"; } 2>/dev/null; then
		say "nothing can be written in ${folder}: make room there"
		rmdir -- "${lock}-${keeper}" 2>/dev/null || true
		return 75
	fi
	until mv -T -- "${lock}-${keeper}" "${lock}" 2>/dev/null; do
		forget_ended "${lock}"/*
		rmdir -- "${lock}" 2>/dev/null || true
		if ((SECONDS > end)); then
			for file in "${lock}"/*; do process=${file##*/}; done
			say "the lock ${lock} was not to be had in 10 s: process ${process%%.*} has it: end that, or, if there is none here, remove the lock"
			rm -rf -- "${lock}-${keeper}"
			return 75
		fi
		sleep 0.05
	done
	# Of those that were killed while they waited.
	for file in "${lock}"-*; do
		ended=0
		running "${file##*/.lock-}" || ended=$?
		((ended != 1)) || rm -rf -- "${file}"
	done
	"$@" || status=$?
	rm -f -- "${lock}/${keeper}"
	forget_ended "${lock}"/*
	rmdir -- "${lock}" 2>/dev/null || true
	return "${status}"
}

# forget_ended FILE...: remove those that have the name of a process that has ended.
forget_ended() {
	local file status
	for file in "$@"; do
		status=0
		running "${file##*/}" || status=$?
		((status != 1)) || rm -f -- "${file}"
	done
}

# with_lock_too COMMAND...: run it where the lock is held, as one who has it too: what it does may
# come late, after whoever took the lock was killed.
with_lock_too() {
	local process
	identify "${BASHPID}"
	# The other name is still there: nobody has taken the lock away meanwhile, or will.
	if { : >"${lock}/${process}" && [[ -e ${lock}/${keeper} ]]; } 2>/dev/null; then
		exec "$@"
	fi
	rm -f -- "${lock}/${process}"
	printf '%s\n' "nothing can be written in ${lock}: make room there"
	return 1
}
