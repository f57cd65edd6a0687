package media

import (
	"errors"
	"log/slog"
	"net/netip"
	"runtime"
	"time"
)

// tickLength is the time between two ticks.
const tickLength = time.Millisecond

// maxBehind is how many ticks the loop makes up for when it is late.
const maxBehind = 200

// longestSleep is for how many ticks with nothing to send the loop sleeps at once: what
// comes waits no longer, and neither do commands. Nobody feels that of a key, and each
// waking is dear, as the processor finds nothing where it left it. It is the usual length
// of a packet, so that a steady stream is looked at steadily and shows no jitter; calls with
// another length have slots of their own, at which the loop looks too.
const longestSleep = 20

// run is the loop. The goroutine keeps its thread to itself, so that the thread wakes
// for the loop alone and may be put before the rest of the program; the thread ends
// with it.
func (e *Engine) run() {
	runtime.LockOSThread()
	prepareThread()
	defer close(e.done)
	receive, more, unsent := e.receive, e.hasTime, e.unsent // made once: a method value is an allocation
	for !e.stopping() {
		if e.seated == 0 {
			e.rest()
			continue
		}
		e.step(receive, more, unsent)
		e.due = time.Duration(e.wheel.busyFrom(e.tick, longestSleep)) * tickLength
		e.clock.sleepUntil(e.due)
	}
	e.mu.Lock()
	e.takeLocked()
	e.mu.Unlock()
	e.obey()
	for _, s := range e.seats {
		if s != nil {
			e.leave(s)
		}
	}
	e.stopped = errors.Join(e.closeResting(), e.network.close())
}

// rest waits without ticks until there is something to do.
func (e *Engine) rest() {
	select {
	case <-e.wake:
	case <-e.quit:
	}
	e.lag.Store(0)
	e.tick = int64(e.clock.now() / tickLength)
	e.arrival = e.clock.now()
	e.takeCommands()
}

// step is one round of the loop: the commands given, the slots up to now, and the
// packets that have come, as far as there is time for them before the next slot.
// Sending goes first, so that a flood of packets does not disturb the calls' pace.
func (e *Engine) step(receive receiver, more func() bool, unsent func(seat int)) {
	e.arrival = e.clock.now()
	e.noteLag(e.arrival - max(time.Duration(e.tick)*tickLength, e.due))
	e.takeCommands()
	current := int64(e.arrival / tickLength)
	if behind := current - e.tick; behind > maxBehind {
		e.skipped.Add(uint64(behind))
		e.tick = current
	}
	for ; e.tick <= current; e.tick++ {
		e.serveSlot()
		e.network.flush(unsent)
	}
	e.arrival = e.clock.now()
	e.network.drain(receive, more)
}

// lagSteps is over how many steps of the loop its lag is averaged.
const lagSteps = 64

// noteLag takes into account how late a step of the loop is.
func (e *Engine) noteLag(late time.Duration) {
	lag := e.lag.Load()
	e.lag.Store(lag + (int64(max(late, 0))-lag)/lagSteps)
}

// serveSlot serves the sessions of the current tick.
func (e *Engine) serveSlot() {
	late := e.arrival-time.Duration(e.tick)*tickLength > lateAfter
	slot := e.wheel.at(e.tick)
	e.warm(slot)
	for _, s := range slot {
		if late {
			s.counters.late.Add(1)
			e.late.Add(1)
		}
		s.serve()
	}
}

// unsent takes note that a packet of a seat's session did not go out.
func (e *Engine) unsent(seat int) {
	if s := e.seats[seat]; s != nil {
		s.unsent()
	}
}

// takeCommands does what was posted. A command being posted at this very moment is
// done at the next tick: the loop does not wait for the one who posts it.
func (e *Engine) takeCommands() {
	if !e.mu.TryLock() {
		return
	}
	e.takeLocked()
	e.mu.Unlock()
	e.obey()
}

// takeLocked moves the posted commands to the loop. e.mu must be held.
func (e *Engine) takeLocked() { e.commands, e.obeying = e.obeying[:0], e.commands }

// obey does the commands taken.
func (e *Engine) obey() {
	for i, do := range e.obeying {
		do()
		e.obeying[i] = nil
	}
}

// receive gives a packet to the session of a seat, if there is one.
func (e *Engine) receive(seat int, packet []byte, source netip.AddrPort) {
	control := seat < 0
	if control {
		seat = controlOf(seat)
	}
	switch s := e.seats[seat]; {
	case s == nil:
	case control:
		s.receiveControl(packet, source)
	default:
		s.receive(packet, source)
	}
}

// controlOf returns the number under which the network knows the RTCP port of a seat,
// and the seat of such a number.
func controlOf(seat int) int { return ^seat }

// hasTime reports whether the next slot is still to come.
func (e *Engine) hasTime() bool {
	return e.clock.now() < time.Duration(e.tick)*tickLength
}

// enter takes a session in.
func (e *Engine) enter(s *Session) {
	s.socket.watch()
	s.control.socket.watch()
	e.seats[s.seat] = s
	e.seated++
}

// leave ends a session and gives its ports back.
func (e *Engine) leave(s *Session) {
	if e.seats[s.seat] != s {
		return
	}
	s.settle()
	s.goodbye()
	s.closed.Store(true)
	e.past.add(s.Stats())
	s.wipe()
	s.unlink()
	e.wheel.remove(s)
	e.seats[s.seat] = nil
	e.seated--
	s.takeSound()
	if err := e.putAway(s.seat, pair{s.socket, s.control.socket}); err != nil {
		e.log.Warn("RTP port not closed", slog.Any("local", s.local), slog.Any("error", err))
	}
	e.ports.release(s.seat)
	e.open.Add(-1)
}
