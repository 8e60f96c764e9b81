# require KIND VALUE NAME [KEY [NAMES]]: check that the value of the variable NAME fits its type, or
# the key. NAMES lists the variables of a value that is made up of more than one variable.
require() {
	local value=$2 pattern='' example='' lowest='' highest=''
	form_of "$1"
	! in_bytes is_of_kind || return 0
	if (($# > 4)); then
		bad_input "$4 would be ${value}, made of $5, and is not $1; it could be, for example: ${example}"
	elif (($# > 3)); then
		bad_input "$3=${value} is not $1, for $4; for example: $3=${example} ${own_command}"
	fi
	bad_input "$3=${value} is not $1; for example: $3=${example} ${own_command}"
}

# is_of_kind: whether `value` has the form of the kind and is within its bounds.
is_of_kind() {
	[[ ${value} =~ ^(${pattern})$ ]] || return 1
	# The pattern admits only digits here.
	[[ -z ${lowest} ]] || ((value >= lowest)) || return 1
	[[ -z ${highest} ]] || ((value <= highest))
}
