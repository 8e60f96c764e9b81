# secret NAME FILE: a secret that build steps can read; it is in no layer and on no command line.
secret() {
	local source=src=$2 quote='"'
	case ${source} in
	*[,\"$'\n\r']*) source=${quote}${source//${quote}/${quote}${quote}}${quote} ;;
	*) ;;
	esac
	if [[ ${dry_run} == no ]]; then
		look "$2"
		case ${seen} in
		*r*) ;;
		'?') problem "$2, the secret $1 of the build, ${silence}" ;;
		*) problem "$2, the secret $1 of the build, is missing or not readable: create it, or remove the secret from the spec" ;;
		esac
	fi
	args+=(--secret "id=$1,${source}")
}

# secret_variable NAME VARIABLE: the same for a variable's value, passed in a private file.
secret_variable() {
	if [[ -z ${!2-} ]]; then
		[[ ${dry_run} == yes ]] || problem "$2, the secret $1 of the build, is not set: run '$2=VALUE ${own_command}'"
		return 0
	fi
	if [[ ${dry_run} == yes ]]; then
		args+=(--secret "id=$1,src=\$$2")
		return 0
	fi
	clean_up_at_end
	make_private && write_private "$1" 0400 "${!2}" || return 0
	secret "$1" "${private}/$1"
}
