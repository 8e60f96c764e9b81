fetched=''

# fetch URL SHA256: download a file, through a proxy if one is set, and check it.
fetch() {
	local sum
	make_private || exit 3
	fetched=${private}/fetched
	rm -rf -- "${fetched}"
	if command -v curl >/dev/null; then
		# Give up on a server that sends nothing for a minute.
		curl --fail --silent --show-error --location --retry 3 --connect-timeout 30 --speed-limit 1 --speed-time 60 --output "${fetched}" -- "$1"
	elif command -v wget >/dev/null; then
		wget --quiet --timeout=60 --tries=4 --output-document="${fetched}" -- "$1"
	else
		say 'neither curl nor wget is on PATH: install one of them in the image'
		exit 3
	fi
	sum=$(sha256sum -- "${fetched}")
	if [[ ${sum%% *} != "$2" ]]; then
		say "$1 is not what the spec expects: its sha256 is ${sum%% *}, not $2; nothing was changed"
		exit 1
	fi
}

# same_file FILE SHA256: whether the file exists and has that checksum.
same_file() {
	local sum
	[[ -f $1 ]] || return 1
	sum=$(sha256sum -- "$1")
	[[ ${sum%% *} == "$2" ]]
}

# put_file FILE MODE: move the downloaded file to its place.
put_file() {
	local new
	mkdir -p -- "$(dirname -- "$1")"
	# A new file in the same folder, so that FILE is replaced atomically.
	new=$(mktemp -- "$1.XXXXXX")
	if cat -- "${fetched}" >"${new}" && chmod "$2" -- "${new}" && mv -f -T -- "${new}" "$1"; then
		return 0
	fi
	rm -f -- "${new}"
	return 1
}

# unpack NAME FOLDER STRIP: unpack the downloaded file into the folder, without STRIP top folders.
unpack() {
	local name=$1 folder=$2 strip=$3 from=${private}/unpacked entry
	rm -rf -- "${from}"
	mkdir -p -- "${from}" "${folder}"
	case ${name} in
	*.zip | *.whl | *.vsix)
		if command -v unzip >/dev/null; then
			unzip -q "${fetched}" -d "${from}"
		elif command -v python3 >/dev/null; then
			python3 -m zipfile -e "${fetched}" "${from}"
		else
			say 'neither unzip nor python3 is on PATH: install one of them in the image'
			exit 3
		fi
		;;
	*) tar --extract --file "${fetched}" --directory "${from}" --no-same-owner ;;
	esac
	while ((strip > 0)); do
		strip=$((strip - 1))
		for entry in "${from}"/*/; do
			from=${entry%/}
			break
		done
	done
	cp -a -- "${from}/." "${folder}/"
}
