package link

import (
	"time"

	"tsunagi/shared/wire"
)

// Limits bound what a connection may cost. Every field but GatherFor must be above zero.
type Limits struct {
	MaxFrameBytes int64         // the largest frame accepted from the peer
	PingEvery     time.Duration // silence after which the peer is asked for a sign of life, and asked again
	DeadAfter     time.Duration // silence after which the peer is given up; at least twice PingEvery
	QueueLength   int           // frames that may wait to be written
	GatherFor     time.Duration // after a write, for which what is pushed waits to leave as one; zero: it never waits
}

// DesktopLimits are those of Dial. An operator sees a lost server within 3 s. A desktop
// that beats every second, and is answered, never comes to ask for a sign of life. It
// gathers nothing: all that it sends asks for an answer.
func DesktopLimits() Limits {
	return Limits{
		MaxFrameBytes: wire.MaxSnapshotBytes,
		PingEvery:     1200 * time.Millisecond,
		DeadAfter:     2500 * time.Millisecond,
		QueueLength:   64,
	}
}

// ServerLimits are generous in time, because a desktop that is gone costs the
// server nothing but the session it keeps anyway, and strict in size. A call tells its
// operator two or three things within a few milliseconds, and the write is most of what
// each costs: 20 ms make one write of them, and are about what a screen takes to its next
// picture.
func ServerLimits() Limits {
	return Limits{
		MaxFrameBytes: wire.MaxFrameBytes,
		PingEvery:     5 * time.Second,
		DeadAfter:     15 * time.Second,
		QueueLength:   256,
		GatherFor:     20 * time.Millisecond,
	}
}
