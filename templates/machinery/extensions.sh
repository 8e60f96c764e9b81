# extension FILE: install a .vsix file, or each in a folder; once only, so that users can remove it.
extension() {
	local file sum
	if [[ -d $1 ]]; then
		for file in "$1"/*.vsix; do
			[[ ! -e ${file} ]] || extension "${file}"
		done
		return 0
	fi
	if [[ ! -r $1 ]]; then
		pending=$((pending + 1))
		[[ ${doing} != list ]] || return 0
		say "${current}: $1 is missing or not readable: put it there, or remove it from the spec"
		[[ ${doing} == run ]] || return 0
		exit 3
	fi
	sum=$(sha256sum -- "$1")
	stamped "extensions/${1##*/}" "${sum%% *}" && return 0
	want "install the extension ${1##*/}" || return 0
	if ! command -v "${EDITOR_PROGRAM:-code-server}" >/dev/null; then
		say "${current}: ${EDITOR_PROGRAM:-code-server} is not on PATH: run this inside of the container"
		exit 3
	fi
	"${EDITOR_PROGRAM:-code-server}" --install-extension "$1" </dev/null
	stamp "extensions/${1##*/}" "${sum%% *}"
}
