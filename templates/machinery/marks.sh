# What was done once is marked in a file; what has its mark is not done again.

# stamped NAME VALUE: whether the mark NAME, of an earlier run, has this value.
stamped() {
	local value=''
	[[ ! -r ${state}/$1 ]] || read -r value <"${state}/$1" || true
	[[ ${value} == "$2" ]]
}

# stamp NAME VALUE
stamp() {
	mkdir -p -- "$(dirname -- "${state}/$1")"
	printf '%s\n' "$2" >"${state}/$1"
}
