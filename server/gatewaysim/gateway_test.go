package gatewaysim

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	testCCID = "A100000000000000000000cc"
	testKey  = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
)

func newGateway(t *testing.T, c Config) *Gateway {
	t.Helper()
	c.Accounts = []Account{{testCCID, testKey}}
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// common ends the parameters of every request.
const common = `"txnVersion":"2.0.0","dummyRequest":"1","merchantCcid":"` + testCCID + `"}`

// sale is an authorization's parameters.
func sale(order, more string) string {
	return `{"orderId":"` + order + `","amount":"1000","cardNumber":"4111111111111111","cardExpire":"12/30","securityCode":"123",` + more + common
}

func envelope(params, key string) string {
	return fmt.Sprintf(`{"params":%s,"authHash":"%x"}`, params, sha256.Sum256([]byte(testCCID+params+key)))
}

// post sends parameters in form B and returns the status and the fields of the result.
func post(t *testing.T, g http.Handler, command, params string) (status int, result map[string]any) {
	t.Helper()
	return send(t, g, command, "application/json", envelope(params, testKey))
}

func send(t *testing.T, g http.Handler, command, contentType, body string) (status int, result map[string]any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/"+command, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	var read struct{ Result map[string]any }
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &read); err != nil {
			t.Fatalf("%v in %s", err, w.Body)
		}
	}
	return w.Code, read.Result
}

const authorize = "test-paynow/v2/Authorize/card"

// Vector 1 of the specification, whose hash was made elsewhere, is a valid signature
// here; with one figure changed it is none.
func TestSignature(t *testing.T) {
	const params = `{"txnVersion":"1.0.0","dummyRequest":"0","merchantCcid":"A100000000000000000000cc","payNowIdParam":{"accountParam":{"accountId":"dummy-account-id"},"token":"abcdef01-2345-6789-0abc-def012345678"},"serviceOptionType":"mpi-complete","orderId":"dummy-order-id","amount":"100","deviceChannel":"02"}`
	const hash = "2b110237583f7717ccde4b641e3b31b6364e8885b4967cdb34af61e77d3c82f9"
	g := newGateway(t, Config{})
	for name, want := range map[string]string{hash: "AC01", "3" + hash[1:]: "ZZ02"} { // without a card it is the card's number that is wrong
		_, result := send(t, g, "paynow/v2/Authorize/card", "application/json", `{"params":`+params+`,"authHash":"`+name+`"}`)
		if got := fmt.Sprint(result["vResultCode"]); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	g := newGateway(t, Config{})
	good := envelope(sale("a", ""), testKey)
	tests := []struct {
		name, command, contentType, body string
		status                           int
		code                             string
	}{
		{"form B", authorize, "application/json", good, 200, "A001"},
		{"form A", authorize, "application/x-www-form-urlencoded", url.QueryEscape(envelope(sale("b", ""), testKey)), 200, "A001"},
		{"spaces inside params", authorize, "application/json", envelope(strings.Replace(sale("c", ""), ",", ", ", 1), testKey), 200, "A001"},
		{"a wrong key", authorize, "application/json", envelope(sale("d", ""), strings.Repeat("0", 64)), 200, "ZZ02"},
		{"changed on the way", authorize, "application/json", strings.Replace(envelope(sale("e", ""), testKey), "1000", "1001", 1), 200, "ZZ02"},
		{"an unknown account", authorize, "application/json", strings.Replace(good, testCCID, "A100000000000000000009cc", 1), 200, "ZZ02"},
		{"dummy at the real address", "paynow/v2/Authorize/card", "application/json", good, 200, "ZZ01"},
		{"no JSON", authorize, "application/json", "orderId=a", 200, "ZZ01"},
		{"a broken escape", authorize, "application/x-www-form-urlencoded", "%7b%2", 200, "ZZ01"},
		{"nothing", authorize, "application/json", "", 200, "ZZ01"},
		{"too long", authorize, "application/json", strings.Repeat(" ", maxBody) + good, 200, "ZZ01"},
		{"an unknown command", "test-paynow/v2/Refund/card", "application/json", good, 404, ""},
		{"the search's service", "test-paynow-search/v2/Authorize/card", "application/json", good, 404, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, result := send(t, g, test.command, test.contentType, test.body)
			code, _ := result["vResultCode"].(string)
			if status != test.status || !strings.HasPrefix(code, test.code) {
				t.Errorf("got %d %s, want %d %s", status, code, test.status, test.code)
			}
		})
	}
	r := httptest.NewRequest(http.MethodGet, "/"+authorize, nil)
	w := httptest.NewRecorder()
	if g.ServeHTTP(w, r); w.Code != http.StatusNotFound {
		t.Errorf("GET: got %d, want 404", w.Code)
	}
}

func TestOrders(t *testing.T) {
	g := newGateway(t, Config{})
	order := func(params string) string { return params + common }
	steps := []struct{ name, command, params, want string }{
		{"a real card's address takes no test card", "paynow/v2/Authorize/card", strings.Replace(sale("r", ""), `"dummyRequest":"1"`, `"dummyRequest":"0"`, 1), "AG48"},
		{"an unknown method", authorize, sale("a", `"jpo":"63",`), "AG61"},
		{"without an amount", authorize, strings.Replace(sale("a", ""), `"amount":"1000",`, "", 1), "ZZ01"},
		{"an order ID with a space", authorize, sale("a b", ""), "ZZ01"},
		{"pays", authorize, sale("a", ""), "A001"},
		{"pays again", authorize, sale("a", ""), "NH18"},
		{"cancel more than there is", "test-paynow/v2/Cancel/card", order(`{"orderId":"a","amount":"1001",`), "NH02"},
		{"cancel", "test-paynow/v2/Cancel/card", order(`{"orderId":"a",`), "A001"},
		{"an ID is spent for good", authorize, sale("a", ""), "NH18"},
		{"a member pays", authorize, sale("m1", `"payNowIdParam":{"accountParam":{"accountId":"taro"}},`), "A001"},
		{"and pays without a card", authorize, order(`{"orderId":"m2","amount":"5","payNowIdParam":{"accountParam":{"accountId":"taro"}},`), "A001"},
		{"a stranger without a card", authorize, order(`{"orderId":"m3","amount":"5","payNowIdParam":{"accountParam":{"accountId":"hanako"}},`), "AC01"},
		{"capture", "test-paynow/v2/Capture/card", order(`{"orderId":"m2","amount":"3",`), "A001"},
		{"capture at once, then again", authorize, sale("c", `"withCapture":"true",`), "A001"},
		{"", "test-paynow/v2/Capture/card", order(`{"orderId":"c","amount":"1000",`), "NH02"},
		{"again with the card of an order", "test-paynow/v2/ReAuthorize/card", order(`{"orderId":"a2","originalOrderId":"a","amount":"7",`), "A001"},
		{"of an order that failed", "test-paynow/v2/ReAuthorize/card", order(`{"orderId":"a3","originalOrderId":"m3","amount":"7",`), "NH02"},
	}
	for _, step := range steps {
		if _, result := post(t, g, step.command, step.params); !strings.HasPrefix(fmt.Sprint(result["vResultCode"]), step.want) {
			t.Errorf("%s: got %v, want %s", step.name, result["vResultCode"], step.want)
		}
	}
	if a := g.Ledger("a"); len(a) != 1 || a[0].Successes != 0 || a[0].Charged != 0 {
		t.Errorf("a: got %+v, want nothing charged", a)
	}
	if n := g.Successes("m?"); n != 2 {
		t.Errorf("the member paid %d times, want 2", n)
	}
}

func search(what string) string {
	return `{"serviceTypeCd":["card"],"newerFlag":"false","containDummyFlag":"true","maxCount":"2","searchParameters":{"common":{` + what + `}},` + common
}

func TestSearch(t *testing.T) {
	g := newGateway(t, Config{})
	for _, id := range []string{"a1", "a2", "a3", "b1"} {
		post(t, g, authorize, sale(id, ""))
	}
	minute := time.Now().In(japan).Format("200601021504")
	tests := []struct {
		name, params, code string
		count              int
		over               bool
	}{
		{"one", search(`"orderId":"a2"`), "N001", 1, false},
		{"none", search(`"orderId":"zz"`), "N001", 0, false},
		{"a pattern with too many", search(`"orderId":"a*"`), "N001", 2, true},
		{"real payments only", strings.Replace(search(`"orderId":"a2"`), `"containDummyFlag":"true"`, `"containDummyFlag":"false"`, 1), "N001", 0, false},
		{"an old span", search(`"txnDatetime":{"from":"201901010000","to":"201901020000"}`), "N001", 0, false},
		{"no span", search(`"txnDatetime":{"from":"` + minute + `","to":"tomorrow"}`), "ZZ01", 0, false},
		{"everything", search(``), "ZZ01", 0, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, result := post(t, g, "test-paynow-search/v2/Search/search", test.params)
			count, _ := result["searchCount"].(float64)
			over, _ := result["overMaxCountFlag"].(bool)
			if !strings.HasPrefix(fmt.Sprint(result["vResultCode"]), test.code) || int(count) != test.count || over != test.over {
				t.Errorf("got %v, want %s, %d orders, over %v", result, test.code, test.count, test.over)
			}
		})
	}
}

// The books outlive the gateway, and a line that a crash has cut off is dropped.
func TestLedgerFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	g := newGateway(t, Config{Ledger: path})
	post(t, g, authorize, sale("a", ""))
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"order":"b","stat`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	g = newGateway(t, Config{Ledger: path})
	if _, result := post(t, g, authorize, sale("a", "")); !strings.HasPrefix(fmt.Sprint(result["vResultCode"]), "NH18") {
		t.Errorf("got %v, want NH18: the order was paid before the restart", result["vResultCode"])
	}
	if n := len(g.Ledger("")); n != 1 {
		t.Errorf("got %d orders, want 1", n)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("no books\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Ledger: path, Accounts: []Account{{testCCID, testKey}}}); err == nil {
		t.Error("something else was read as books")
	}
}

// A request that comes while the gateway ends is not answered as if it were booked.
func TestClosed(t *testing.T) {
	g := newGateway(t, Config{})
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if status, result := post(t, g, authorize, sale("a", "")); status != http.StatusInternalServerError || result != nil {
		t.Errorf("got %d %v, want 500", status, result)
	}
}

func TestControl(t *testing.T) {
	g := newGateway(t, Config{})
	control := g.Control()
	call := func(method, path, body string) (int, string) {
		w := httptest.NewRecorder()
		control.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	for _, bad := range []string{``, `{"kind":"earthquake"}`, `{"kind":"late","delay":"soon"}`, `{"kind":"late","order":"["}`, `{"kind":"late","times":-1}`} {
		if code, _ := call("POST", "/faults", bad); code != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", bad, code)
		}
	}
	const fault = `{"kind":"pending_paid","order":"a*","times":2,"delay":"1h0m0s"}`
	if code, text := call("POST", "/faults", fault); code != http.StatusNoContent {
		t.Fatalf("got %d %s", code, text)
	}
	if _, text := call("GET", "/faults", ""); text != "["+fault+"]" {
		t.Errorf("got %s, want [%s]", text, fault)
	}
	if _, result := post(t, g, authorize, sale("a1", "")); result["mstatus"] != "pending" {
		t.Errorf("got %v, want pending", result["mstatus"])
	}
	if _, text := call("GET", "/faults", ""); !strings.Contains(text, `"times":1`) {
		t.Errorf("got %s, want one time left", text)
	}
	if code, _ := call("DELETE", "/faults", ""); code != http.StatusNoContent {
		t.Errorf("got %d", code)
	}
	if _, result := post(t, g, authorize, sale("a2", "")); result["mstatus"] != "success" {
		t.Errorf("got %v, want success", result["mstatus"])
	}
	var books []Entry
	_, text := call("GET", "/ledger?order=a*", "")
	if err := json.Unmarshal([]byte(text), &books); err != nil || len(books) != 2 || books[1].Charged != 1000 || books[0].Lines[0].Status != "pending" {
		t.Errorf("got %s, %v", text, err)
	}
}

// What a magic amount asks for happens, and only where it was wanted.
func TestMagic(t *testing.T) {
	with := func(order string) string { return strings.Replace(sale(order, ""), `"1000"`, `"19901"`, 1) }
	if _, result := post(t, newGateway(t, Config{Magic: true}), authorize, with("a")); result["mstatus"] != "pending" {
		t.Errorf("got %v, want pending", result["mstatus"])
	}
	if _, result := post(t, newGateway(t, Config{}), authorize, with("a")); result["mstatus"] != "success" {
		t.Errorf("got %v, want success", result["mstatus"])
	}
}

// Every fault is in the list once and is one that a script takes.
func TestFaultKinds(t *testing.T) {
	kinds := FaultKinds()
	slices.Sort(kinds)
	if compact := slices.Compact(slices.Clone(kinds)); len(compact) != len(kinds) {
		t.Errorf("a fault stands twice in %v", kinds)
	}
	for _, kind := range kinds {
		if err := (&script{}).add(Fault{Kind: kind}); err != nil {
			t.Error(err)
		}
	}
}

// Whatever is sent, the gateway does not panic, books nothing unsigned, and logs no
// digit of a card.
func FuzzServe(f *testing.F) {
	f.Add(authorize, "application/json", envelope(sale("a", ""), testKey))
	f.Add(authorize, "application/x-www-form-urlencoded", url.QueryEscape(envelope(sale("a", ""), testKey)))
	f.Add("test-paynow-search/v2/Search/search", "application/json", envelope(search(`"orderId":"a"`), testKey))
	f.Add(authorize, "application/x-www-form-urlencoded", "%")
	f.Fuzz(func(t *testing.T, command, contentType, body string) {
		if _, err := url.Parse("/" + command); err != nil {
			return
		}
		var sink bytes.Buffer
		g, err := New(Config{
			Accounts: []Account{{testCCID, testKey}}, Log: slog.New(slog.NewTextHandler(&sink, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.URL.Path = "/" + command
		r.Header.Set("Content-Type", contentType)
		g.ServeHTTP(httptest.NewRecorder(), r)
		if bytes.Contains(sink.Bytes(), []byte("4111111111111111")) {
			t.Fatalf("the log has the card: %s", sink.Bytes())
		}
		for _, e := range g.Ledger("") {
			if e.Successes > 1 || e.Charged < 0 {
				t.Fatalf("the books have %+v", e)
			}
		}
	})
}
