package sipua

import (
	"slices"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

var requestOfTest = sip.NewRequest(sip.INFO, sip.Uri{Scheme: "sip", Host: "h"})

// drain takes what next gives and returns the numbers, an ACK's as its negative.
func (q *queue) drain(now time.Time) (seqs []int, wait time.Duration) {
	for {
		t, wait := q.next(now)
		if t == nil {
			return seqs, wait
		}
		if t.ack {
			seqs = append(seqs, -int(t.seq))
		} else {
			seqs = append(seqs, int(t.seq))
		}
	}
}

// telephony.md 1, behaviour 10: messages of one dialog handled in order.
func TestRequestsAreGivenOutByCSeqWhateverOrderTheirGoroutinesComeIn(t *testing.T) {
	now := time.Now()
	q := newQueue()
	arrived := []*ticket{q.expect(1, true, now), q.expect(2, false, now), q.expect(2, true, now), q.expect(3, false, now)}
	var got []int
	for _, i := range []int{3, 1, 0, 2} { // the order of sipgo's goroutines
		if !q.deliver(arrived[i], requestOfTest, nil) {
			t.Fatalf("ticket %d not taken", i)
		}
		seqs, _ := q.drain(now)
		got = append(got, seqs...)
	}
	if want := []int{-1, 2, -2, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A network that swaps two requests is not a reason to refuse one while both wait.
func TestALaterArrivalWithLowerCSeqGoesFirstWhileItCan(t *testing.T) {
	now := time.Now()
	q := newQueue()
	five, four := q.expect(5, false, now), q.expect(4, false, now)
	q.deliver(five, requestOfTest, nil)
	if got, wait := q.drain(now); got != nil || wait == 0 {
		t.Errorf("got %v, %v, want nothing and a wait", got, wait)
	}
	q.deliver(four, requestOfTest, nil)
	if got, _ := q.drain(now); !slices.Equal(got, []int{4, 5}) {
		t.Errorf("got %v, want [4 5]", got)
	}
	if q.expect(4, false, now) != nil || q.expect(5, false, now) != nil {
		t.Error("a number that was handled got a ticket")
	}
}

// An offer in a 200 waits for its ACK while the peer may send other requests.
func TestAnACKIsNotTooLateBehindALaterRequest(t *testing.T) {
	now := time.Now()
	q := newQueue()
	q.deliver(q.expect(2, false, now), requestOfTest, nil)
	q.deliver(q.expect(3, false, now), requestOfTest, nil)
	q.drain(now)
	ack := q.expect(2, true, now)
	if ack == nil {
		t.Fatal("no ticket for the ACK")
	}
	q.deliver(ack, requestOfTest, nil)
	if got, _ := q.drain(now); !slices.Equal(got, []int{-2}) {
		t.Errorf("got %v, want [-2]", got)
	}
	if q.expect(2, true, now) != nil {
		t.Error("a repeated ACK got a ticket")
	}
}

func TestARequestThatSipgoDropsHoldsUpTheOthersForAMoment(t *testing.T) {
	now := time.Now()
	q := newQueue()
	lost := q.expect(1, false, now)
	second := q.expect(2, false, now)
	if got, wait := q.drain(now.Add(time.Hour)); got != nil || wait != 0 {
		t.Errorf("got %v, %v, want nothing: nobody waits behind it", got, wait)
	}
	q.deliver(second, requestOfTest, nil)
	if _, wait := q.drain(now.Add(stallLimit / 2)); wait != stallLimit/2 {
		t.Errorf("got wait %v, want %v", wait, stallLimit/2)
	}
	if got, _ := q.drain(now.Add(stallLimit)); !slices.Equal(got, []int{2}) {
		t.Errorf("got %v, want [2]", got)
	}
	if q.deliver(lost, requestOfTest, nil) {
		t.Error("a ticket that was passed over was taken")
	}
}

// The ACK of a refused re-INVITE stays with sipgo's transaction: the others wait for it no
// longer than for one that is on its way.
func TestAnACKThatNeverComesHoldsUpTheOthersBriefly(t *testing.T) {
	now := time.Now()
	q := newQueue()
	q.expect(2, true, now)
	q.deliver(q.expect(3, false, now), requestOfTest, nil)
	if _, wait := q.drain(now); wait != ackStallLimit {
		t.Errorf("got wait %v, want %v", wait, ackStallLimit)
	}
	if got, _ := q.drain(now.Add(ackStallLimit)); !slices.Equal(got, []int{3}) {
		t.Errorf("got %v, want [3]", got)
	}
}

// A busy machine: the BYE is repeated before sipgo's goroutine for its first copy has
// run, and the goroutine of the second copy is first. sipgo drops the other one. The
// BYE was answered 500 then and the leg stood for ever.
func TestARepeatedRequestHasOnePlaceWhicheverCopyComesFirst(t *testing.T) {
	now := time.Now()
	q := newQueue()
	first, second := q.expect(2, false, now), q.expect(2, false, now.Add(500*time.Millisecond))
	if second == nil || !q.deliver(second, requestOfTest, nil) {
		t.Fatal("the second copy was not taken")
	}
	if q.deliver(first, requestOfTest, nil) {
		t.Error("another request of the same number was taken too")
	}
	if got, wait := q.drain(now); !slices.Equal(got, []int{2}) || wait != 0 {
		t.Errorf("got %v, %v, want [2] and nothing to wait for", got, wait)
	}
	if q.expect(2, false, now) != nil {
		t.Error("a copy that comes after it was handled got a ticket")
	}
}

func TestQueueIsBounded(t *testing.T) {
	now := time.Now()
	q := newQueue()
	for seq := range uint32(queueLimit) {
		if q.expect(seq+1, false, now) == nil {
			t.Fatalf("no ticket for %d", seq+1)
		}
	}
	if q.expect(queueLimit+1, false, now) != nil {
		t.Error("got a ticket above the limit")
	}
	if q.expect(1, false, now) == nil {
		t.Error("a repeated request lost its place in a full queue")
	}
}

func TestClosedQueueReturnsWhatWasNotHandled(t *testing.T) {
	now := time.Now()
	q := newQueue()
	first, second := q.expect(1, false, now), q.expect(2, false, now)
	q.deliver(second, requestOfTest, nil)
	if rest := q.close(); len(rest) != 1 || rest[0] != second {
		t.Errorf("got %v, want the delivered one", rest)
	}
	if q.deliver(first, requestOfTest, nil) || q.expect(3, false, now) != nil {
		t.Error("a closed queue took something")
	}
}

// Whatever arrives and whenever sipgo brings it, numbers come out in order, each once.
func FuzzQueueKeepsOrder(f *testing.F) {
	f.Add([]byte{1, 2, 3, 130, 129, 131, 200})
	f.Fuzz(func(t *testing.T, steps []byte) {
		now := time.Unix(0, 0)
		q := newQueue()
		var waiting []*ticket
		last := [2]int64{-1, -1}
		for _, step := range steps {
			now = now.Add(time.Duration(step%16) * 20 * time.Millisecond)
			switch {
			case step < 128:
				if tk := q.expect(uint32(step/2), step%2 == 1, now); tk != nil {
					waiting = append(waiting, tk)
				}
			case len(waiting) > 0:
				i := int(step) % len(waiting)
				q.deliver(waiting[i], requestOfTest, nil)
				waiting = slices.Delete(waiting, i, i+1)
			}
			if len(q.tickets) > queueLimit {
				t.Fatalf("%d tickets", len(q.tickets))
			}
			for {
				tk, _ := q.next(now)
				if tk == nil {
					break
				}
				kind := 0
				if tk.ack {
					kind = 1
				}
				if int64(tk.seq) <= last[kind] {
					t.Fatalf("%d (ACK %v) after %d", tk.seq, tk.ack, last[kind])
				}
				last[kind] = int64(tk.seq)
			}
		}
	})
}
