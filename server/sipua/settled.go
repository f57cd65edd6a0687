package sipua

import (
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// sipgo keeps an answered transaction for 32 s, with its request, its response and a
// timer, for a copy of the request that comes late. A machine that takes a thousand
// calls a second would keep a hundred thousand of them. What is known of a call that is
// confirmed, or over, needs no more than a mark: its INVITE is absorbed whatever it says
// (RFC 6026 7.1), and the answer to its BYE can be made anew (RFC 3261 17.2.2).

// settledFor is how long a copy may come late: Timers J and L, 64 T1, which is 32 s unless a
// test has sipgo hurry.
func settledFor() time.Duration { return 64 * sip.T1 }

// settled has marks of requests, each for settledFor and at most twice as long.
type settled struct {
	seed maphash.Seed

	mu         sync.Mutex
	turned     time.Time // when young was begun
	young, old map[uint64]struct{}
}

func newSettled() *settled {
	return &settled{seed: maphash.MakeSeed(), turned: time.Now(), young: map[uint64]struct{}{}}
}

// mark is what sipgo tells transactions apart by (RFC 3261 17.2.3); false for a peer of
// RFC 2543, whose branches are not unique.
func (s *settled) mark(req *sip.Request) (uint64, bool) {
	via := req.Via()
	if via == nil {
		return 0, false
	}
	branch, _ := via.Params.Get("branch")
	if !strings.HasPrefix(branch, sip.RFC3261BranchMagicCookie) {
		return 0, false
	}
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, part := range []string{branch, via.Host, string(req.Method)} {
		_, _ = h.WriteString(part)
		_ = h.WriteByte(0)
	}
	maphash.WriteComparable(&h, via.Port)
	return h.Sum64(), true
}

func (s *settled) add(mark uint64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.turned) >= settledFor() {
		s.old, s.young, s.turned = s.young, map[uint64]struct{}{}, now
	}
	s.young[mark] = struct{}{}
}

func (s *settled) has(mark uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, young := s.young[mark]
	_, old := s.old[mark]
	return young || old
}

// settle lets sipgo forget an INVITE whose 200 was acknowledged, or an answered BYE.
func (e *Endpoint) settle(req *sip.Request, tx *sip.ServerTx) {
	if req.Transport() == transportUDP { // by TCP and TLS nothing is sent twice
		mark, ok := e.settled.mark(req)
		if !ok {
			tx.TerminateGracefully()
			return
		}
		e.settled.add(mark, time.Now())
	}
	tx.Terminate()
}

// late deals with a copy of a request that was settled, and reports whether it was one.
func (e *Endpoint) late(req *sip.Request, tx *sip.ServerTx) bool {
	if !req.IsInvite() && req.Method != sip.BYE {
		return false
	}
	if mark, ok := e.settled.mark(req); !ok || !e.settled.has(mark) {
		return false
	}
	if req.Method == sip.BYE {
		e.replyBye(req, tx)
	} else {
		tx.Terminate()
	}
	return true
}

// replyBye answers the BYE of a leg.
func (e *Endpoint) replyBye(req *sip.Request, tx *sip.ServerTx) {
	e.respond(req, tx, e.response(req, sip.StatusOK, ""))
	e.settle(req, tx)
}
