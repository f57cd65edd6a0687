// Package winrt is the folder of what generate.sh writes: the few classes of the
// Windows Runtime that a notification takes which replaces itself. They panic where a
// Windows is too old to have an interface; who calls them recovers.
package winrt

//go:generate ./generate.sh
