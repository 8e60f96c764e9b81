# Files that the engine's client reads, and devices of this host; the modes add to both.
files=()
devices=()

# file_ready FILE: check that the engine's client can read the file, and would not wait for a pipe.
file_ready() {
	look "$1"
	if [[ ${seen} == '?' ]]; then
		problem "$1, which ${engine} reads, ${silence}"
	elif [[ ${seen} != *r* ]]; then
		problem "$1, which ${engine} reads, is missing or not readable for ${user}: create it, or remove it from the spec"
	elif [[ ${seen} == *p* && $1 != /dev/fd/* ]]; then
		problem "$1, which ${engine} reads, is a pipe that it would wait for: name a file"
	fi
}

# device_ready PATH: check that a device exists, and with Apptainer, that this user can open it.
device_ready() {
	look "$1"
	if [[ ${seen} == '?' ]]; then
		problem "the device $1 ${silence}"
	elif [[ ${seen} != *e* ]]; then
		problem "the device $1 does not exist on this host: load its module (for /dev/fuse: sudo modprobe fuse), or remove it from the spec"
	elif [[ ${family} == apptainer && (${seen} != *r* || ${seen} != *w*) ]]; then
		problem "the device $1 is closed to ${user}: ask the administrator for access, or remove it from the spec"
	fi
}

check_files() {
	local i
	for ((i = 0; i < ${#files[@]}; i++)); do
		file_ready "${files[i]}"
	done
}

# An engine on another host uses the devices of that host.
check_devices() {
	local i
	[[ ${remote} == no ]] || return 0
	for ((i = 0; i < ${#devices[@]}; i++)); do
		device_ready "${devices[i]}"
	done
}
