# The number of problems that were reported.
problems=0

# printable TEXT: set `shown` to the text as one line, with a replacement character for each terminal
# control and each invisible character. Starts no process.
printable() {
	in_bytes printable_bytes "$1"
}

# in_bytes FUNCTION ARGUMENT...: call a function in the locale C, where each byte is a character.
# Standard error is discarded: bash warns when it restores an LC_ALL that this host lacks.
in_bytes() {
	with_bytes "$@" 2>/dev/null
}

with_bytes() {
	local LC_ALL=C
	"$@"
}

printable_bytes() {
	local part rest unseen=$'\xef\xbf\xbd'
	shown=${1//[$'\t\n\r']/ }
	[[ ${shown} == *[!\ -~]* ]] || return 0
	shown=${shown//[$'\x01'-$'\x1f\x7f']/${unseen}}
	[[ ${shown} == *[$'\x80'-$'\xff']* ]] || return 0
	# Replace each valid UTF-8 character by a dot; bytes above 0x7f that remain are invalid.
	rest=${shown//[$'\xc2'-$'\xdf'][$'\x80'-$'\xbf']/.}
	rest=${rest//[$'\xe1'-$'\xec\xee\xef'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/.}
	rest=${rest//$'\xe0'[$'\xa0'-$'\xbf'][$'\x80'-$'\xbf']/.}
	rest=${rest//$'\xed'[$'\x80'-$'\x9f'][$'\x80'-$'\xbf']/.}
	rest=${rest//[$'\xf1'-$'\xf3'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/.}
	rest=${rest//$'\xf0'[$'\x90'-$'\xbf'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/.}
	rest=${rest//$'\xf4'[$'\x80'-$'\x8f'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']/.}
	if [[ ${rest} == *[$'\x80'-$'\xff']* ]]; then
		shown=${shown//[$'\x80'-$'\xff']/${unseen}}
		return 0
	fi
	# A joiner between two emoji is kept: it becomes a control character here, of which none is left.
	shown=${shown//$'\xe2\x80\x8d\xf0\x9f'/$'\x01\xf0\x9f'}
	# C1 controls, characters without width, changes of direction: see coder_gen/text/characters.py.
	for part in $'\xc2[\x80-\x9f\xad]' $'\xcd\x8f' $'\xd8\x9c' $'\xdc\x8f' \
		$'\xe1\x85[\x9f\xa0]' $'\xe1\x9e[\xb4\xb5]' $'\xe1\xa0[\x8b-\x8f]' \
		$'\xe2\x80[\x8b-\x8f\xa8-\xae]' $'\xe2\x81[\xa0-\xaf]' $'\xe3\x85\xa4' \
		$'\xef\xb7[\x90-\xaf]' $'\xef\xb8[\x80-\x8d]' $'\xef\xbb\xbf' $'\xef\xbe\xa0' \
		$'\xef\xbf[\xb0-\xbb\xbe\xbf]' $'\xf0\x93\x90[\xb0-\xbf]' $'\xf0\x9b\xb2[\xa0-\xa3]' \
		$'\xf0\x9d\x85[\xb3-\xba]' $'\xf3\xa0??'; do
		shown=${shown//${part}/${unseen}}
	done
	shown=${shown//$'\x01'/$'\xe2\x80\x8d'}
}

# show LINE...: print lines, made printable, to standard output.
show() {
	local line shown
	for line in "$@"; do
		printable "${line}"
		print_line "${shown}"
	done
}

# print_line TEXT: print a line to standard output as it is; exit if that fails.
print_line() {
	printf '%s\n' "$1" 2>/dev/null && return
	say 'standard output cannot be written: it is closed, or its disk is full'
	exit 3
}

# say TEXT: print a message to standard error, if possible; standard output is the container's.
say() {
	local shown
	printable "$1"
	{ printf '%s: %s\n' "${script_name}" "${shown}" >&2 2>/dev/null; } || true
}

# bad_input MESSAGE: report wrong usage, and exit.
bad_input() {
	say "$1"
	exit 2
}

# problem MESSAGE: report that the host is not ready; the script exits after all such messages.
problem() {
	say "$1"
	problems=$((problems + 1))
}

stop_on_problems() {
	((problems == 0)) || exit 3
}
