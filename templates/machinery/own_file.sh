# The command that runs this script again.
script_name=${0##*/}
own_command=$0
[[ ${own_command} == */* ]] || own_command=./${own_command}
printf -v own_command '%q' "${own_command}"
[[ -x $0 ]] || own_command="bash ${own_command}"
file=${BASH_SOURCE[0]:-./stdin}

# find_script_folder: set `here` to the script's folder, with symbolic links resolved; a script read from
# standard input has no folder.
find_script_folder() {
	ask out 5 readlink -f -- "${file}" ||
		problem 'the folder of this script is gone, or does not answer: start another copy'
	stop_on_problems
	here=${answer%/*}
}
