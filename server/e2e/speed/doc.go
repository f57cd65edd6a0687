// Package speed measures what an attempt costs: the journal on a real disk, the real
// adapter, and a simulated gateway in the same process that answers at once.
//
//	go test ./server/e2e/speed -run '^$' -bench Attempts -benchtime 5s
//
// What it must reach (200 attempts a second on two cores) is a benchmark and no test:
// a busy machine is no defect. How often an attempt waits for the disk is one, because
// it does not depend on the machine: twice, once before the request leaves and once
// before anybody is told (TestAnAttemptWaitsForTheDiskTwice counts with strace where it
// is installed).
package speed
