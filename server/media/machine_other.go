//go:build !linux

package media

import "math"

// On other systems than Linux the engine is for trying things out, not for load.

func newNetwork() (network, error) { return newGoNetwork(), nil }

func newClock(bool) clock { return newGoClock() }

func prepareThread() {}

// inUse takes any error of binding for a port that another program has, because the
// systems disagree on how they say it.
func inUse(error) bool { return true }

// mostFiles does not matter where no socket rests.
func mostFiles() int { return math.MaxInt32 }
