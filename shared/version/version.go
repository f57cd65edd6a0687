// Package version says which build of Tsunagi this is. Both programs show it, and
// the linker sets it: -ldflags "-X tsunagi/shared/version.Version=1.2.3".
package version

import "runtime/debug"

// Version is set by the linker; empty in tests and 'go run'.
var Version string

// String is the version for people: what the linker set, else the commit the
// program was built from, else "unknown".
func String() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" && len(setting.Value) >= 12 {
				return setting.Value[:12]
			}
		}
	}
	return "unknown"
}
