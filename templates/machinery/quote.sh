# quoted WORD: set `shown` to the word, quoted for a shell; invisible characters become escapes.
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

# as_line WORD...: set `line` to the words, quoted, to be pasted into a shell.
as_line() {
	local shown word
	line=''
	for word in "$@"; do
		quoted "${word}"
		line+=${line:+ }${shown}
	done
}
