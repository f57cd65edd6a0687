package registrar

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"tsunagi/server/sipua"
)

// Options say how a Registrar behaves.
type Options struct {
	Users   map[string]string // name → password
	TLS     *tls.Config       // speak TLS instead of UDP; nil: UDP
	Refuse  int               // answer every REGISTER with this status; 0: as it should be
	Silent  bool              // answer nothing at all
	Longest time.Duration     // the longest registration that is granted; 0: an hour
}

// A Registrar runs until Close.
type Registrar struct {
	opts         Options
	address      string
	socket       interface{ Close() error }
	transport    *sip.TransportLayer
	transactions *sip.TransactionLayer
	served       chan struct{}
	nonce        string

	mu       sync.Mutex
	bindings map[string][]string // by user, the Contact URIs
	seen     []string            // requests, in order
	changed  chan struct{}       // closed and replaced at each request
}

const realm = "registrar"

// Start opens a free port of 127.0.0.1.
func Start(o Options) (*Registrar, error) {
	silent := slog.New(slog.DiscardHandler)
	sipua.SetUpSipgo()
	if o.Longest == 0 {
		o.Longest = time.Hour
	}
	r := &Registrar{
		opts: o, served: make(chan struct{}), nonce: rand.Text(), bindings: map[string][]string{}, changed: make(chan struct{}),
		transport: sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), o.TLS, sip.WithTransportLayerLogger(silent)),
	}
	r.transactions = sip.NewTransactionLayer(r.transport, sip.WithTransactionLayerLogger(silent))
	r.transactions.OnRequest(r.handle)
	if o.TLS == nil {
		socket, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("start a registrar: %w", err)
		}
		r.socket, r.address = socket, socket.LocalAddr().String()
		go func() { defer close(r.served); _ = r.transport.ServeUDP(socket) }()
		return r, nil
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", o.TLS)
	if err != nil {
		return nil, fmt.Errorf("start a registrar: %w", err)
	}
	r.socket, r.address = listener, listener.Addr().String()
	go func() { defer close(r.served); _ = r.transport.ServeTLS(listener) }()
	return r, nil
}

// Address is its "host:port".
func (r *Registrar) Address() string { return r.address }

// Close ends it.
func (r *Registrar) Close() {
	_ = r.socket.Close()
	<-r.served
	r.transactions.Close()
	_ = r.transport.Close()
}

// Bindings are the addresses at which a user is registered.
func (r *Registrar) Bindings(user string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bindings[user])
}

// Seen are the requests so far, as "REGISTER 101 expires 300" or "OPTIONS".
func (r *Registrar) Seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// Changed is closed at the next request.
func (r *Registrar) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *Registrar) handle(req *sip.Request, tx *sip.ServerTx) {
	if r.opts.Silent {
		return
	}
	status, headers := 405, []sip.Header(nil)
	switch req.Method {
	case sip.OPTIONS:
		status = 200
		r.note("OPTIONS")
	case sip.REGISTER:
		status, headers = r.register(req)
	}
	res := sip.NewResponseFromRequest(req, status, "", nil)
	for _, h := range headers {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res) // who has asked asks again
}

func (r *Registrar) register(req *sip.Request) (int, []sip.Header) {
	user := req.To().Address.User
	if r.opts.Refuse != 0 {
		r.note("REGISTER " + user + " refused")
		return r.opts.Refuse, nil
	}
	password, known := r.opts.Users[user]
	if !known {
		r.note("REGISTER " + user + " unknown")
		return 404, nil
	}
	if !r.proven(req, user, password) {
		challenge := digest.Challenge{Realm: realm, Nonce: r.nonce, Algorithm: "MD5", QOP: []string{"auth"}}
		return 401, []sip.Header{sip.NewHeader("WWW-Authenticate", challenge.String())}
	}
	contact := req.Contact()
	if contact == nil { // RFC 3261 10.2.3: only asks
		r.note("REGISTER " + user + " asks")
		return 200, r.contacts(user, 0)
	}
	expires := int64(r.opts.Longest / time.Second)
	if h := req.GetHeader("Expires"); h != nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(h.Value()), 10, 64); err == nil {
			expires = min(n, expires)
		}
	}
	r.mu.Lock()
	address := contact.Address.String()
	list := slices.DeleteFunc(r.bindings[user], func(b string) bool { return b == address })
	if expires > 0 {
		list = append(list, address)
	}
	r.bindings[user] = list
	r.mu.Unlock()
	r.note(fmt.Sprintf("REGISTER %s expires %d", user, expires))
	return 200, r.contacts(user, expires)
}

func (r *Registrar) contacts(user string, expires int64) []sip.Header {
	var headers []sip.Header
	for _, binding := range r.Bindings(user) {
		headers = append(headers, sip.NewHeader("Contact", fmt.Sprintf("<%s>;expires=%d", binding, expires)))
	}
	return headers
}

// proven reports whether a request bears the password.
func (r *Registrar) proven(req *sip.Request, user, password string) bool {
	h := req.GetHeader("Authorization")
	if h == nil {
		return false
	}
	got, err := digest.ParseCredentials(h.Value())
	if err != nil || got.Nonce != r.nonce {
		return false
	}
	want, err := digest.Digest(&digest.Challenge{Realm: realm, Nonce: r.nonce, Algorithm: "MD5", QOP: []string{"auth"}}, digest.Options{
		Method: string(req.Method), URI: got.URI, Username: user, Password: password, Cnonce: got.Cnonce, Count: got.Nc,
	})
	if err != nil || want.Response != got.Response {
		r.note("REGISTER " + user + " wrong password")
		return false
	}
	return true
}

func (r *Registrar) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, what)
	close(r.changed)
	r.changed = make(chan struct{})
}
