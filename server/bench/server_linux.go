package bench

import "time"

// server is a server under test, running.
type server interface {
	name() string
	target() Target
	process() *process
	stop()
}

// setting is what a stage needs of a server.
type setting struct {
	seats     int // calls at once that the generator may make
	operators int
	capacity  int // calls at once that the server takes; 0: no limit of its own
}

// use reads what a server has used so far.
func use(s server) (usage, error) {
	p := s.process()
	return usageOf(p.pid(), p.core)
}

// startWait is how long a server may take to start.
const startWait = 60 * time.Second
