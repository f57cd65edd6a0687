//go:build unix

package ws

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tsunagi/server"
	"tsunagi/shared/link"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// audience is how many desktops the benchmarks have, each of an operator of its own.
const audience = 64

// BenchmarkTelling measures what the server pays to tell its desktops, which are another
// process: cpu-ns/op is its processor time, user's and system's, for one of the named
// moments at one of them; writes/op its write system calls. The moments come as far apart
// as they do in 200 calls, so that waking up is paid for.
func BenchmarkTelling(b *testing.B) {
	for name, moment := range map[string]func(*house, ivr.UserKey, int){
		"Idle": func(*house, ivr.UserKey, int) {},
		"Key": func(h *house, who ivr.UserKey, i int) {
			h.board.Put(who, picture(who, wire.StateCardNumber, i))
		},
		"Step": func(h *house, who ivr.UserKey, i int) {
			h.board.Append(row(who, i))
			h.board.Put(who, picture(who, wire.StateExpiry, i))
		},
	} {
		b.Run(name, func(b *testing.B) {
			h := newHouse(b)
			who := h.audience(b)
			pace := time.NewTicker(time.Second / 200)
			defer pace.Stop()
			for i := range who {
				moment(h, who[i], -1) // buffers grow now
			}
			b.ReportAllocs()
			b.ResetTimer()
			before, writes := processorTime(b), writeCalls(b)
			for i := range b.N {
				<-pace.C
				moment(h, who[i%len(who)], i)
			}
			<-pace.C
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(writeCalls(b)-writes)/float64(b.N), "writes/op")
		})
	}
}

func picture(who ivr.UserKey, state wire.State, digits int) wire.Call {
	return wire.Call{
		ID: "c-" + string(who.User), OperatorID: string(who.User), State: state, ArrivedAtMs: 1_790_000_000_000,
		StateAtMs: 1_790_000_010_000, TransactionID: "ORD-20261123-0044", Amount: 36_500, PaymentCount: "1",
		Digits: digits, RetriesLeft: 3, CardsLeft: 3, CanAskAgain: true, CanAbort: true, Language: "ja",
	}
}

func row(who ivr.UserKey, number int) ivr.Row {
	return ivr.Row{
		Call: ivr.CallID("c-" + string(who.User)), Operator: who, Number: number, At: time.Now(),
		TransactionID: "ORD-20261123-0044", Point: string(message.TransferTop), Result: message.ResultOK,
	}
}

// audience logs desktops in from another process, which is gone at the end.
func (h *house) audience(b *testing.B) []ivr.UserKey {
	b.Helper()
	who := make([]ivr.UserKey, audience)
	credential, err := h.identity.Credential(b.Context(), password, false)
	h.must(err)
	for i := range who {
		who[i] = ivr.UserKey{Merchant: "shop", User: ivr.UserID(fmt.Sprintf("op%d", i))}
		h.must(h.store.PutUser(b.Context(), ivr.User{
			Key: who[i], Role: ivr.RoleOperator, IVRNumber: fmt.Sprintf("0503000%04d", 2000+i),
		}))
		h.must(h.store.PutCredential(b.Context(), who[i], credential))
	}
	desktops := exec.Command(os.Args[0], "-test.run=^TestAudience$", "-test.v")
	desktops.Env = append(os.Environ(), "AUDIENCE_OF="+h.http.Listener.Addr().String())
	stay, err := desktops.StdinPipe()
	h.must(err)
	said, err := desktops.StdoutPipe()
	h.must(err)
	h.must(desktops.Start())
	b.Cleanup(func() {
		h.must(stay.Close())
		h.must(desktops.Wait())
	})
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if strings.Contains(lines.Text(), "seated") {
			return who
		}
	}
	b.Fatal("the desktops are not logged in")
	return nil
}

// TestAudience is no test: it is the desktops of BenchmarkTelling.
func TestAudience(t *testing.T) {
	address := os.Getenv("AUDIENCE_OF")
	if address == "" {
		t.Skip("only for BenchmarkTelling")
	}
	var here sync.WaitGroup
	for i := range audience {
		conn, err := link.Dial(t.Context(), "wss://"+address+wire.Path, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		login := loginOf(ivr.UserKey{Merchant: "shop", User: ivr.UserID(fmt.Sprintf("op%d", i))}, fmt.Sprint("ws", i))
		if err := conn.Send(wire.KindLogin, 1, login); err != nil {
			t.Fatal(err)
		}
		if frame, err := conn.Receive(); err != nil || frame.Kind != wire.KindSession {
			t.Fatalf("got %s %s, %v", frame.Kind, frame.Body, err)
		}
		here.Go(func() {
			for {
				if _, err := conn.Receive(); err != nil {
					return
				}
			}
		})
		defer conn.Close(link.CloseNormal, "") //nolint:errcheck // it was only listening
	}
	fmt.Println("seated")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the benchmark lets go
}

func processorTime(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}

// writeCalls counts those of this process so far; 0 where the system does not tell.
func writeCalls(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "syscw: ")
	count, _, _ := strings.Cut(after, "\n")
	n, err := strconv.ParseInt(count, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}
