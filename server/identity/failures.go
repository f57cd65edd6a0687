package identity

import (
	"net/netip"
	"sync"
	"time"
)

// What one source may get wrong: enough for a call centre behind one address on a
// Monday morning, too little to go through a list of users. Logins that succeed
// cost nothing.
const (
	sourceFailures = 60
	sourceForgives = 10 * time.Second
)

// failuresKept bounds how many names failures remembers.
const failuresKept = 10_000

// failures counts failures by name in memory. The zero value but for most and
// each is ready to use.
type failures[K comparable] struct {
	most int           // failures that a name may have
	each time.Duration // one is forgiven each; 0: none ever

	mu     sync.Mutex
	counts map[K]failureCount
}

type failureCount struct {
	count int
	at    time.Time // up to when forgiveness is reckoned
}

// spent tells whether the name has had all its failures.
func (f *failures[K]) spent(name K, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.standingLocked(name, now).count >= f.most
}

// add counts one failure.
func (f *failures[K]) add(name K, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	standing := f.standingLocked(name, now)
	standing.count = min(standing.count+1, f.most)
	if f.counts == nil {
		f.counts = make(map[K]failureCount)
	}
	if _, known := f.counts[name]; !known && len(f.counts) >= failuresKept {
		f.makeRoomLocked(now)
	}
	f.counts[name] = standing
}

func (f *failures[K]) standingLocked(name K, now time.Time) failureCount {
	standing, known := f.counts[name]
	if !known || f.each == 0 {
		return failureCount{standing.count, now}
	}
	forgiven := int(now.Sub(standing.at) / f.each)
	if forgiven >= standing.count {
		return failureCount{0, now}
	}
	return failureCount{standing.count - forgiven, standing.at.Add(time.Duration(forgiven) * f.each)}
}

// makeRoomLocked forgets every name that is forgiven, or else any one name.
func (f *failures[K]) makeRoomLocked(now time.Time) {
	for name := range f.counts {
		if f.standingLocked(name, now).count == 0 {
			delete(f.counts, name)
		}
	}
	for name := range f.counts {
		if len(f.counts) < failuresKept {
			return
		}
		delete(f.counts, name)
	}
}

// sourceName is what a source is counted by: an IPv4 address, or the network of
// an IPv6 one, whose owner may choose among 2^64 addresses.
func sourceName(source netip.Addr) string {
	source = source.Unmap().WithZone("")
	if source.Is6() {
		if network, err := source.Prefix(64); err == nil {
			return network.String()
		}
	}
	return source.String()
}

// allowed tells whether a source is in a merchant's list of networks and
// addresses; an empty list allows any. What is neither allows none.
func allowed(list []string, source netip.Addr) bool {
	if len(list) == 0 {
		return true
	}
	source = source.Unmap().WithZone("")
	for _, entry := range list {
		if network, err := netip.ParsePrefix(entry); err == nil && network.Contains(source) {
			return true
		}
		if address, err := netip.ParseAddr(entry); err == nil && address == source {
			return true
		}
	}
	return false
}
