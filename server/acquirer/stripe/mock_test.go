package stripe

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tsunagi/server"
)

// startMock builds stripe-mock, runs it as a program of its own and returns its
// address. It holds every request against Stripe's published interface and answers
// with examples; it remembers nothing.
func startMock(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "stripe-mock")
	if output, err := exec.Command("go", "build", "-o", program, "github.com/stripe/stripe-mock").CombinedOutput(); err != nil {
		t.Fatalf("build stripe-mock: %v\n%s", err, output)
	}
	mock := exec.Command(program, "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	output, err := mock.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mock.Process.Kill()
		_ = mock.Wait() // it was killed
	})
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() { _, _ = io.Copy(io.Discard, output) }() // ends with the program
			return "http://" + address
		}
	}
	t.Fatal("stripe-mock does not listen")
	return ""
}

// sent is a request as it arrived.
type sent struct {
	method, path, idempotencyKey string
	form                         url.Values
}

// memory stands between the adapter and stripe-mock and remembers what the examples
// forget: which PaymentIntents there are and how they stand. A request that
// stripe-mock does not like is answered as stripe-mock answers it.
type memory struct {
	t    *testing.T
	mock string

	mu      sync.Mutex
	sent    []sent
	intents []map[string]any
	// instead answers a request in place of Stripe, where it says so.
	instead func(w http.ResponseWriter, s sent) bool
}

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		m.t.Errorf("the body of %s is no form", r.URL.Path)
	}
	s := sent{r.Method, r.URL.Path, r.Header.Get("Idempotency-Key"), form}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, s)
	if m.instead != nil && m.instead(w, s) {
		return
	}
	status, example := m.ask(r, body)
	if status == http.StatusOK {
		m.remember(s, example)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(example)
}

// ask puts the request to stripe-mock.
func (m *memory) ask(r *http.Request, body []byte) (status int, example map[string]any) {
	forward, err := http.NewRequestWithContext(r.Context(), r.Method, m.mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		m.t.Error(err)
		return http.StatusInternalServerError, nil
	}
	forward.Header = r.Header.Clone()
	forward.Header.Del("Accept-Encoding")
	response, err := http.DefaultClient.Do(forward)
	if err != nil {
		m.t.Error(err)
		return http.StatusInternalServerError, nil
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&example); err != nil {
		m.t.Error(err)
	}
	if response.StatusCode != http.StatusOK {
		m.t.Logf("stripe-mock: %s %s: %v", r.Method, r.URL.Path, example)
	}
	return response.StatusCode, example
}

// remember makes the example fit what has happened.
func (m *memory) remember(s sent, example map[string]any) {
	amount, _ := strconv.ParseFloat(s.form.Get("amount"), 64)
	switch parts := strings.Split(strings.TrimPrefix(s.path, "/v1/"), "/"); {
	case s.method == http.MethodGet:
		list := []any{}
		for _, intent := range m.intents {
			list = append(list, intent)
		}
		example["data"], example["has_more"] = list, false
	case s.path == "/v1/payment_intents":
		for name, value := range map[string]any{
			"id": fmt.Sprintf("pi_%d", len(m.intents)+1), "amount": amount, "currency": s.form.Get("currency"), "created": float64(time.Now().Unix()),
			"status": "succeeded", "amount_received": amount, "last_payment_error": nil, "capture_method": s.form.Get("capture_method"),
			"metadata": map[string]any{
				"order": s.form.Get("metadata[order]"), "merchant": s.form.Get("metadata[merchant]"), "attempt": s.form.Get("metadata[attempt]"),
			},
			"latest_charge": map[string]any{"id": "ch_1", "object": "charge", "amount_refunded": 0.0, "paid": true},
		} {
			example[name] = value
		}
		if s.form.Get("capture_method") == "manual" {
			example["status"], example["amount_received"] = "requires_capture", 0.0
		}
		m.intents = append(m.intents, example)
	case s.path == "/v1/refunds":
		intent := m.intent(s.form.Get("payment_intent"))
		charge, _ := intent["latest_charge"].(map[string]any)
		before, _ := charge["amount_refunded"].(float64)
		charge["amount_refunded"] = before + amount
		example["amount"], example["payment_intent"], example["status"] = amount, intent["id"], "succeeded"
	case len(parts) == 3:
		intent := m.intent(parts[1])
		switch parts[2] {
		case "capture":
			captured, _ := strconv.ParseFloat(s.form.Get("amount_to_capture"), 64)
			intent["status"], intent["amount_received"] = "succeeded", captured
		case "cancel":
			intent["status"] = "canceled"
		}
		for name, value := range intent {
			example[name] = value
		}
	}
}

func (m *memory) intent(id string) map[string]any {
	for _, intent := range m.intents {
		if intent["id"] == id {
			return intent
		}
	}
	m.t.Errorf("there is no PaymentIntent %q", id)
	return map[string]any{}
}

// posts lists the requests that change something, with their keys.
func (m *memory) posts() (posts []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.sent {
		if s.method == http.MethodPost {
			posts = append(posts, s.path+" "+s.idempotencyKey)
		}
	}
	return posts
}

// start makes an adapter that speaks to handler over TLS.
func start(t *testing.T, handler http.Handler) *Acquirer {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(roots, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeys(map[ivr.MerchantID]string{"shop": "sk_test_123"})
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Config{Keys: keys, URL: server.URL, RootsFile: roots, MOTO: true})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
