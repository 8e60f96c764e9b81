# add_fields OPTION FIELD...: add an option whose value is one line of CSV.
add_fields() {
	local option=$1 field quote='"' line=''
	shift
	for field in "$@"; do
		case ${field} in
		*[,\"$'\n\r']*) field=${quote}${field//${quote}/${quote}${quote}}${quote} ;;
		*) ;;
		esac
		line+=${line:+,}${field}
	done
	args+=("${option}" "${line}")
}

# usable_source SOURCE TARGET: check that a mount's source exists, and that it is readable if the
# container runs as this user.
usable_source() {
	[[ ${preflight} == yes && ${dry_run} == no && ${remote} == no ]] || return 0
	look "$1"
	if [[ ${seen} == '?' ]]; then
		problem "$1, to be mounted at $2, ${silence}"
	elif [[ ${seen} != *e* ]]; then
		problem "$1, to be mounted at $2, does not exist: create it, or make the mount optional in the spec"
	elif [[ ${host_user} == yes && ${seen} != *r* ]]; then
		problem "$1, to be mounted at $2, is not readable for ${user}: ask its owner, or make the mount optional in the spec"
	fi
}

# there PATH: check that an optional path exists; print a message if it is skipped.
there() {
	look "$1"
	case ${seen} in
	*e*) return 0 ;;
	'?') say "$1 ${silence}; going on without it" ;;
	*) say "$1 does not exist on this host: going on without it" ;;
	esac
	return 1
}

# bind_mount SOURCE TARGET [OPTION...]: mount a path of this host; it has to exist.
bind_mount() {
	usable_source "$1" "$2"
	add_fields --mount type=bind "source=$1" "target=$2" "${@:3}"
}

# bind_if_exists SOURCE TARGET [OPTION...]: the same, but skipped if the source is missing.
bind_if_exists() {
	if [[ ${remote} == yes ]] || there "$1"; then
		bind_mount "$@"
	fi
}

# labelled_mount SOURCE TARGET OPTIONS: a mount with an SELinux label. Only --volume supports labels,
# and it would create a missing source, owned by root: so the source is always checked.
labelled_mount() {
	if [[ ${remote} == no ]]; then
		look "$1"
		case ${seen} in
		*e*) ;;
		'?') problem "$1, to be mounted at $2, ${silence}" ;;
		*) problem "$1, to be mounted at $2, does not exist: create it, or make the mount optional in the spec" ;;
		esac
	fi
	if [[ $1 == *:* || $2 == *:* ]]; then
		problem "$1 cannot be mounted at $2 with an SELinux label: a colon separates the parts there"
	fi
	args+=(--volume "$1:$2:$3")
}

# labelled_if_exists SOURCE TARGET OPTIONS: the same, but skipped if the source is missing.
labelled_if_exists() {
	if [[ ${remote} == yes ]] || there "$1"; then
		labelled_mount "$@"
	fi
}

# field_if_exists FILE OPTION FIELD: add an option, but skip it if the file is missing.
field_if_exists() {
	there "$1" || return 0
	[[ ${seen} != *p* || $1 == /dev/fd/* ]] || problem "$1 is a pipe that would be waited for: name a file"
	add_fields "$2" "$3"
}

# if_exists FILE WORD...: add options, but skip them if the file is missing.
if_exists() {
	there "$1" || return 0
	[[ ${seen} != *p* || $1 == /dev/fd/* ]] || problem "$1 is a pipe that would be waited for: name a file"
	args+=("${@:2}")
}
