# ask_id OPTION: set `answer` to id's output; empty without a name or an answer of the user database.
ask_id() {
	local status=0
	ask out 5 id "$1" || status=$?
	case ${status} in
	0) return 0 ;;
	124) say "'id $1' did not answer in 5 s: see whether the server of users (LDAP, SSSD) is down, or that of a folder of PATH" ;;
	*) [[ $1 == -un ]] || say "'id $1' failed: see whether its folder is on PATH" ;;
	esac
	answer=''
	# A user without a name is shown by number.
	[[ $1 == -un ]] || exit 3
}

# The ids and the name of the user who runs this script.
find_uid() {
	ask_id -u
	uid=${answer}
}

find_gid() {
	ask_id -g
	gid=${answer}
}

find_user() {
	ask_id -un
	user=${answer:-${uid}}
}

# Set HOME if it is not absolute. It is unset first: a tilde would expand to HOME even if it is wrong.
find_home() {
	[[ ${HOME-} != /* ]] || return 0
	unset -v HOME
	HOME=~
}

# missing NAME HELP: report a variable without a default that is not set.
missing() {
	bad_input "$1 is not set: $2; for example: $1=VALUE ${own_command}"
}
