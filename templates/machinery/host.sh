# ask_id OPTION: sets `answer` to what id says; nothing where this user has no name, or its server is silent.
ask_id() {
	local status=0
	ask out 5 id "$1" || status=$?
	case ${status} in
	0) return 0 ;;
	124) say "'id $1' did not answer in 5 s: see whether the server of users (LDAP, SSSD) is down, or that of a folder of PATH" ;;
	*) [[ $1 == -un ]] || say "'id $1' failed: see whether its folder is on PATH" ;;
	esac
	answer=''
	# Who has no name is known by number.
	[[ $1 == -un ]] || exit 3
}

# What this host says: the ids and the name of who runs this.
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

# The home folder, also where HOME is none. A tilde stands for what HOME says, right or wrong.
find_home() {
	[[ ${HOME-} != /* ]] || return 0
	unset -v HOME
	HOME=~
}

# missing NAME HELP: a variable that has no default is not set.
missing() {
	bad_input "$1 is not set: $2; for example: $1=VALUE ${own_command}"
}
