# Problems that were said: see problem.
problems=0

# printable TEXT: sets `shown` to the text as one line, without what a terminal acts upon and what
# nobody sees: a replacement character stands for each. Nothing is started for it.
printable() {
	in_bytes printable_bytes "$1"
}

# in_bytes FUNCTION ARGUMENT...: call one to which each byte is a character, whatever the locale.
# It says nothing: where LC_ALL names a locale that this host lacks, bash complains when it is back.
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
	# A dot for each character of UTF-8: a byte that is left is none.
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
	# What joins two emoji waits as a control character, of which there are none any more.
	shown=${shown//$'\xe2\x80\x8d\xf0\x9f'/$'\x01\xf0\x9f'}
	# C1 controls, what has no width, what changes the direction: see coder_gen/text/characters.py.
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

# show LINE...: on standard output.
show() {
	local line shown
	for line in "$@"; do
		printable "${line}"
		print_line "${shown}"
	done
}

# print_line TEXT: on standard output.
print_line() {
	printf '%s\n' "$1" 2>/dev/null && return
	say 'standard output cannot be written: it is closed, or its disk is full'
	exit 3
}

# A line for the user; standard output belongs to the container. Where nobody can be told, the rest
# goes on as it would.
say() {
	local shown
	printable "$1"
	{ printf '%s: %s\n' "${script_name}" "${shown}" >&2 2>/dev/null; } || true
}

# bad_input MESSAGE: what the user typed cannot be right.
bad_input() {
	say "$1"
	exit 2
}

# problem MESSAGE: the host is not ready; all such lines are shown before the script ends.
problem() {
	say "$1"
	problems=$((problems + 1))
}

stop_on_problems() {
	((problems == 0)) || exit 3
}
