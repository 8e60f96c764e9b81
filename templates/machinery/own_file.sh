# How to call this script again.
self=${0##*/}
again=$0
[[ ${again} == */* ]] || again=./${again}
printf -v again '%q' "${again}"
[[ -x $0 ]] || again="bash ${again}"
file=${BASH_SOURCE[0]:-./stdin}

# find_here: the file's own folder, also where people call it through a link in their ~/bin; a script
# on standard input has none.
find_here() {
	ask out 5 readlink -f -- "${file}" ||
		problem 'the folder of this script is gone, or does not answer: start another copy'
	stop_on_problems
	here=${answer%/*}
}
