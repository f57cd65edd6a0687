package sipua

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// ErrCredentials: the peer asks for a password and we have none that it takes. The
// errors of a password that it has refused are ErrPassword as well.
var (
	ErrCredentials = errors.New("no name and password that the peer accepts")
	ErrPassword    = fmt.Errorf("%w: the password was refused", ErrCredentials)
)

// attemptLimit is how often one request is sent with credentials: twice, because the
// first nonce may be stale.
const attemptLimit = 2

// challenged reports whether a response asks for credentials.
func challenged(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// authorize answers the challenge to a request: the header to send it again with
// (RFC 3261 22, RFC 8760). attempt counts what was sent with credentials so far.
func (e *Endpoint) authorize(req *sip.Request, res *sip.Response, attempt int) (sip.Header, error) {
	asks, answers := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		asks, answers = "Proxy-Authenticate", "Proxy-Authorization"
	}
	host, _, _ := net.SplitHostPort(req.Destination())
	for _, h := range res.GetHeaders(asks) {
		// RFC 8760 2.4: the first one that we understand is the one the peer likes best.
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil {
			continue
		}
		for i, qop := range challenge.QOP {
			challenge.QOP[i] = strings.TrimSpace(qop)
		}
		if !digest.CanDigest(challenge) {
			continue
		}
		account, ok := e.accountFor(req, challenge.Realm, strings.Trim(host, "[]"))
		if !ok {
			continue
		}
		if attempt >= attemptLimit || attempt > 0 && !challenge.Stale {
			return nil, fmt.Errorf("%w: account %s, realm %q", ErrPassword, account, headerSafe(challenge.Realm))
		}
		credentials, err := digest.Digest(challenge, digest.Options{
			Method: string(req.Method), URI: req.Recipient.String(),
			GetBody:  func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(req.Body())), nil },
			Username: account.authUser(), Password: account.Password,
		})
		if err != nil {
			continue
		}
		return sip.NewHeader(answers, headerSafe(credentials.String())), nil
	}
	return nil, fmt.Errorf("%w: no account for the challenge of %s", ErrCredentials, host)
}

// accountFor is the account that answers a challenge; of several the one whose user
// the request is from.
func (e *Endpoint) accountFor(req *sip.Request, realm, host string) (found Account, ok bool) {
	for _, a := range e.cfg.Accounts {
		if !a.answers(realm, host) {
			continue
		}
		if from := req.From(); from != nil && from.Address.User == a.User {
			return a, true
		}
		if !ok {
			found, ok = a, true
		}
	}
	return found, ok
}
