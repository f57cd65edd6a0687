package gatewaysim

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"sync"
	"time"
)

// FaultKind is what goes wrong with a request. Spelled as in a configuration.
type FaultKind string

// What goes wrong before the request is booked: nothing is in the books.
const (
	Reset      FaultKind = "reset"       // read, then the connection is reset
	BlackHole  FaultKind = "black_hole"  // read, then silence
	BadGateway FaultKind = "bad_gateway" // status 502 before it reaches the gateway
	Redirect   FaultKind = "redirect"    // status 307 to another address of this gateway
)

// What goes wrong after the request is booked.
const (
	ResetAfter      FaultKind = "reset_after"       // the connection is reset
	CutOff          FaultKind = "cut_off"           // reset in the middle of the answer
	Silence         FaultKind = "silence"           // no answer
	Late            FaultKind = "late"              // answered after Delay
	Slow            FaultKind = "slow"              // booked only after Delay and answered then
	Error500        FaultKind = "http_500"          // status 500
	BadGatewayAfter FaultKind = "bad_gateway_after" // status 502
	Error503        FaultKind = "http_503"          // status 503
	Page            FaultKind = "page"              // status 200 with a page for people
	Empty           FaultKind = "empty"             // status 200 with nothing
	Truncated       FaultKind = "truncated"         // half of the JSON, properly sent
	Twice           FaultKind = "twice"             // the JSON two times over
	DoubleName      FaultKind = "double_name"       // mstatus stands twice: failure, then success
	NoStatus        FaultKind = "no_status"         // no mstatus
	OddStatus       FaultKind = "odd_status"        // an mstatus nobody knows
	Contradiction   FaultKind = "contradiction"     // success with the code of a refusal
	UnknownCode     FaultKind = "unknown_code"      // failure with a code nobody knows
	WrongOrder      FaultKind = "wrong_order"       // echoes another order
	WrongAmount     FaultKind = "wrong_amount"      // echoes another amount
	Echo            FaultKind = "echo"              // has the card in every field that does not decide
	EchoAll         FaultKind = "echo_all"          // has the card in every field
	UTF16           FaultKind = "utf16"             // in another encoding
	Latin           FaultKind = "latin"             // with bytes that are no UTF-8
	Huge            FaultKind = "huge"              // 10 MB
	Again           FaultKind = "again"             // A003: the request came twice, the books have it once
	AgainLost       FaultKind = "again_lost"        // A003, and the books do not have it
	PendingPaid     FaultKind = "pending_paid"      // AE10; a success in the books after Delay
	PendingFailed   FaultKind = "pending_failed"    // AE10; a failure in the books after Delay
)

// FaultKinds lists the faults.
func FaultKinds() []FaultKind {
	return []FaultKind{
		Reset, BlackHole, BadGateway, Redirect,
		ResetAfter, CutOff, Silence, Late, Slow, Error500, BadGatewayAfter, Error503, Page, Empty, Truncated, Twice,
		DoubleName, NoStatus, OddStatus, Contradiction, UnknownCode, WrongOrder, WrongAmount, Echo, EchoAll, UTF16, Latin,
		Huge, Again, AgainLost, PendingPaid, PendingFailed,
	}
}

// Fault is what goes wrong, for which requests, how often.
type Fault struct {
	Kind    FaultKind     `json:"kind"`
	Order   string        `json:"order,omitempty"`   // pattern of path.Match for the order ID; empty: every order
	Command string        `json:"command,omitempty"` // Authorize (where empty), Capture, Cancel, ReAuthorize or Search
	Times   int           `json:"times,omitempty"`   // so many requests, then no more; 0: always
	Delay   time.Duration `json:"delay,omitempty"`   // of Late, Slow, PendingPaid, PendingFailed; text such as "2s" in JSON
}

// UnmarshalJSON reads a fault with its delay as text.
func (f *Fault) UnmarshalJSON(source []byte) error {
	type plain Fault
	var read struct {
		plain
		Delay string `json:"delay"`
	}
	if err := json.Unmarshal(source, &read); err != nil {
		return err
	}
	*f = Fault(read.plain)
	if read.Delay == "" {
		return nil
	}
	delay, err := time.ParseDuration(read.Delay)
	f.Delay = delay
	return err
}

// MarshalJSON writes a fault as UnmarshalJSON reads it.
func (f Fault) MarshalJSON() ([]byte, error) {
	type plain Fault
	written := struct {
		plain
		Delay string `json:"delay,omitempty"`
	}{plain: plain(f)}
	if f.Delay != 0 {
		written.Delay = f.Delay.String()
	}
	return json.Marshal(written)
}

func (f Fault) check() error {
	if !slices.Contains(FaultKinds(), f.Kind) {
		return fmt.Errorf("no fault is spelled %q", f.Kind)
	}
	if _, err := path.Match(f.Order, ""); err != nil {
		return fmt.Errorf("fault %s: pattern of orders: %w", f.Kind, err)
	}
	if f.Times < 0 || f.Delay < 0 {
		return fmt.Errorf("fault %s: times and delay cannot be below 0", f.Kind)
	}
	return nil
}

// magicDelay is how long a pending order of Config.Magic takes to settle.
const magicDelay = 8 * time.Second

// magic are the last four figures of an amount that ask for a fault.
var magic = map[int64]Fault{
	9901: {Kind: PendingPaid, Delay: magicDelay},
	9902: {Kind: PendingFailed, Delay: magicDelay},
	9903: {Kind: Silence},
	9904: {Kind: BlackHole},
	9905: {Kind: Reset},
	9906: {Kind: BadGateway},
}

// script hands out faults in the order in which they stand.
type script struct {
	mu     sync.Mutex
	faults []Fault
	used   []int
}

// add puts a fault behind the others.
func (s *script) add(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.used = append(s.faults, f), append(s.used, 0)
	return nil
}

func (s *script) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.used = nil, nil
}

// left lists the faults that have not been used up, with the times that remain.
func (s *script) left() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := []Fault{}
	for n, f := range s.faults {
		if f.Times > 0 {
			if f.Times -= s.used[n]; f.Times == 0 {
				continue
			}
		}
		left = append(left, f)
	}
	return left
}

// take is the fault for a request, the zero Fault for none.
func (s *script) take(command, order string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, f := range s.faults {
		wanted := f.Command
		if wanted == "" {
			wanted = "Authorize"
		}
		matches, _ := path.Match(f.Order, order) // add has tried the pattern
		if wanted != command || f.Order != "" && !matches || f.Times > 0 && s.used[n] == f.Times {
			continue
		}
		s.used[n]++
		return f
	}
	return Fault{}
}
