# An action that was done is recorded in a file with its value, and is not repeated.

# stamped NAME VALUE: whether an earlier run recorded this value under NAME.
stamped() {
	local value=''
	[[ ! -r ${state}/$1 ]] || read -r value <"${state}/$1" || true
	[[ ${value} == "$2" ]]
}

# stamp NAME VALUE: record the value under NAME.
stamp() {
	mkdir -p -- "$(dirname -- "${state}/$1")"
	printf '%s\n' "$2" >"${state}/$1"
}
