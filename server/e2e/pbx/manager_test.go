package pbx

import (
	"context"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
)

// event is a message of the manager interface.
type event map[string]string

// manager is a connection to Asterisk's manager interface. It keeps every event.
type manager struct {
	t    *testing.T
	conn *textproto.Conn

	mu     sync.Mutex
	next   int
	events []event
	seen   chan struct{} // closed and replaced at each event
	gone   bool
}

// dialManager logs in. The connection ends with the test, or with Asterisk.
func dialManager(t *testing.T, address string) *manager {
	t.Helper()
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	m := &manager{t: t, conn: textproto.NewConn(conn), seen: make(chan struct{})}
	if _, err := m.conn.ReadLine(); err != nil { // its greeting
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); m.read() }()
	t.Cleanup(func() {
		_ = m.conn.Close()
		<-done
	})
	m.do("Login", "Username", "tests", "Secret", "tests")
	return m
}

func (m *manager) read() {
	for {
		header, err := m.conn.ReadMIMEHeader()
		m.mu.Lock()
		if err != nil {
			m.gone = true
		} else {
			e := event{}
			for name := range header {
				e[name] = header.Get(name)
			}
			m.events = append(m.events, e)
		}
		close(m.seen)
		m.seen = make(chan struct{})
		m.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// do carries out an action, given with names and values in turn, and wants it to succeed.
func (m *manager) do(action string, fields ...string) {
	m.t.Helper()
	m.mu.Lock()
	m.next++
	id := fmt.Sprint(m.next)
	m.mu.Unlock()
	text := "Action: " + action + "\r\nActionID: " + id + "\r\n"
	for i := 0; i+1 < len(fields); i += 2 {
		text += fields[i] + ": " + fields[i+1] + "\r\n"
	}
	if err := m.conn.PrintfLine("%s", text); err != nil {
		m.t.Fatalf("%s: %v", action, err)
	}
	answer := m.wait("the answer to "+action, func(e event) bool { return e["Response"] != "" && e["Actionid"] == id })
	if answer["Response"] != "Success" {
		m.t.Fatalf("%s: %s", action, answer["Message"])
	}
}

// wait returns the first event of this connection that is wanted, as soon as there is one.
func (m *manager) wait(what string, want func(event) bool) event {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), site.Patience)
	defer cancel()
	for from := 0; ; {
		m.mu.Lock()
		events, seen, gone := m.events[from:], m.seen, m.gone
		from = len(m.events)
		m.mu.Unlock()
		for _, e := range events {
			if want(e) {
				return e
			}
		}
		if gone {
			m.t.Fatalf("waiting for %s: Asterisk has closed the connection", what)
		}
		select {
		case <-seen:
		case <-ctx.Done():
			m.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// channel waits for a channel of an endpoint to talk to somebody and returns its name.
func (m *manager) channel(endpoint string) string {
	m.t.Helper()
	e := m.wait("a channel of "+endpoint+" in a bridge", func(e event) bool {
		return e["Event"] == "BridgeEnter" && strings.HasPrefix(e["Channel"], "PJSIP/"+endpoint+"-")
	})
	return e["Channel"]
}

// nthChannel is the nth channel of an endpoint that has talked to somebody.
func (m *manager) nthChannel(endpoint string, n int) string {
	m.t.Helper()
	var known []string
	e := m.wait(fmt.Sprintf("channel %d of %s in a bridge", n, endpoint), func(e event) bool {
		if e["Event"] == "BridgeEnter" && strings.HasPrefix(e["Channel"], "PJSIP/"+endpoint+"-") && !slices.Contains(known, e["Channel"]) {
			known = append(known, e["Channel"])
		}
		return len(known) == n
	})
	return e["Channel"]
}

// settled waits until the PBX has taken the Local channel of a consultation out of the
// way. Who hangs up in the same moment may leave the called party behind, alone in a
// bridge: a fault of Asterisk's.
func (m *manager) settled() {
	m.t.Helper()
	m.wait("the end of the Local channel", func(e event) bool { return e["Event"] == "LocalOptimizationEnd" })
}

// channels counts those that were made and are not hung up.
func (m *manager) channels() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, e := range m.events {
		switch e["Event"] {
		case "Newchannel":
			n++
		case "Hangup":
			n--
		}
	}
	return n
}
