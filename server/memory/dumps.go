package memory

// ForbidDumps has the operating system write no dump of this process, whatever it
// dies of, for as long as it lives. It tells whether this is so: not in a build for
// tests (package comment).
func ForbidDumps() (forbidden bool, err error) {
	if dumpable {
		return false, nil
	}
	return true, forbidDumps()
}
