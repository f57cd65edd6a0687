#!/bin/sh
# Makes the built-in voices again from server/prompt/catalogue.go and english.go:
#
#	VOICE=path/to/tohoku-f01-neutral.htsvoice build/prompts/make.sh
#
# The Japanese voice's own file is not part of this project; it is published under CC BY
# 4.0 at https://github.com/icn-lab/htsvoice-tohoku-f01. Another voice needs
# another server/prompt/voice/ATTRIBUTION.txt.
set -eu
cd "$(dirname "$0")/../.."

voice=${1:-${VOICE:-}}
dictionary=${DICTIONARY:-/var/lib/mecab/dic/open-jtalk/naist-jdic}

refuse() {
	echo "make prompts: $1" >&2
	exit 1
}
[ -n "$voice" ] || refuse "name the voice: make prompts VOICE=path/to/tohoku-f01-neutral.htsvoice"
[ -f "$voice" ] || refuse "no voice at $voice"
for tool in open_jtalk flite sox go; do
	command -v "$tool" >/dev/null || refuse "$tool is missing; on Debian: apt install open-jtalk open-jtalk-mecab-naist-jdic flite sox golang"
done
[ -d "$dictionary" ] || refuse "no dictionary at $dictionary; on Debian: apt install open-jtalk-mecab-naist-jdic"

go run ./server/prompt/speak -voice "$voice" -dictionary "$dictionary" -out server/prompt/voice/ja
go run ./server/prompt/speak -language en -out server/prompt/voice/en
# What was made must also sound right, by measurement.
go test -count=1 ./server/prompt
echo "Read the diff of server/prompt/voice/*/readings.txt before you commit."
