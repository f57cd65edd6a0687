package veritrans4g

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"tsunagi/server"
	search "tsunagi/server/e2e/canary"
	"tsunagi/server/gatewaysim"
	"tsunagi/server/payment"
)

// The environment of the process whose memory is searched.
const (
	envMemoryURL   = "TSUNAGI_TEST_MEMORY_URL"
	envMemoryRoots = "TSUNAGI_TEST_MEMORY_ROOTS"
)

// cardBytes are a card number of 16 digits, an expiry and a code.
type cardBytes [24]byte

func (c *cardBytes) Use(fn func(pan, expiry, code []byte) error) error {
	return fn(c[:16], c[16:20], c[20:])
}

// After the answer, nothing of the card is left in the process, not in the buffers of
// net/http and crypto/tls either (security.md C3, C4). The card is a new one each
// time and reaches the process through a pipe, so that it is nowhere else.
func TestNothingLeftInMemory(t *testing.T) {
	g, gateway := start(t, gatewaysim.Config{}, nil)
	_ = g
	roots := t.TempDir() + "/roots.pem"
	if err := os.WriteFile(roots, gateway.Certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestMemoryOfChild$", "-test.v")
	child.Env = append(os.Environ(), envMemoryURL+"="+gateway.URL, envMemoryRoots+"="+roots)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	expect := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
		}
		t.Fatalf("the process did not say %q", want)
	}
	var card cardBytes
	if _, err := rand.Read(card[:]); err != nil {
		t.Fatal(err)
	}
	for n := range card {
		card[n] = '0' + card[n]%10
	}
	copy(card[16:20], "1229")
	if _, err := stdin.Write(card[:]); err != nil {
		t.Fatal(err)
	}
	expect("holding")
	if copies := find(t, child.Process.Pid, card[:16]); copies == 0 {
		t.Error("the card that the process holds was not found: the search finds nothing")
	}
	if _, err := stdin.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	expect("answered")
	for name, trace := range map[string][]byte{
		"number": card[:16], "half of the number": card[4:14],
		"code in JSON": fmt.Appendf(nil, `"%s"`, card[20:]), "code in the form": fmt.Appendf(nil, "%%22%s%%22", card[20:]),
	} {
		if copies := find(t, child.Process.Pid, trace); copies != 0 {
			t.Errorf("the card's %s is left in %d places", name, copies)
		}
	}
	if err := errors.Join(stdin.Close(), child.Wait()); err != nil {
		t.Error(err)
	}
	if books := gateway.Ledger("ivr-memory"); len(books) != 1 || books[0].Lines[0].Code != "AC01" {
		t.Errorf("the gateway has %+v: the card did not arrive", books)
	}
}

// TestMemoryOfChild is the process whose memory is searched; by itself it tests
// nothing.
func TestMemoryOfChild(t *testing.T) {
	address := os.Getenv(envMemoryURL)
	if address == "" {
		return
	}
	g, err := New(Config{
		URL: address, Dummy: true, RootsFile: os.Getenv(envMemoryRoots),
		Accounts: Accounts{of: map[ivr.MerchantID]account{"shop": newAccount(vectorCCID, vectorKey)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	card := new(cardBytes)
	if _, err := io.ReadFull(os.Stdin, card[:]); err != nil {
		t.Fatal(err)
	}
	fmt.Println("\nholding")
	var next [1]byte
	if _, err := io.ReadFull(os.Stdin, next[:]); err != nil {
		t.Fatal(err)
	}
	if got := g.Authorize(context.Background(), ask("ivr-memory", 100), card); got.Reply != payment.ReplyDeclined {
		t.Errorf("got %+v, want a refusal", got)
	}
	clear(card[:])
	runtime.GC()
	fmt.Println("\nanswered")
	if _, err := io.ReadFull(os.Stdin, next[:]); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// find counts the places where bytes stand in a process's writable memory.
func find(t *testing.T, pid int, trace []byte) (copies int) {
	t.Helper()
	regions, err := search.Copy(pid)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range regions {
		copies += bytes.Count(r.Content, trace)
	}
	return copies
}
