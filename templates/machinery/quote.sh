# quoted WORD: sets `shown` to the word as a shell takes it; what nobody sees is an escape in it.
quoted() {
	printable "$1"
	if [[ ${shown} == "$1" ]]; then
		printf -v shown '%q' "$1"
	else
		in_bytes quoted_bytes "$1"
	fi
}

quoted_bytes() {
	printf -v shown '%q' "$1"
}

# as_line WORD...: sets `line` to the words, to be pasted into a shell.
as_line() {
	local shown word
	line=''
	for word in "$@"; do
		quoted "${word}"
		line+=${line:+ }${shown}
	done
}
