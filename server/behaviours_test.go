package ivr

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// behaviours are the sentences of telephony.md, section 1, by their number, clause by
// clause. A test shows one or more of them and says so in its doc comment, which begins
// with "telephony.md 1, behaviour N" and repeats the words of the clauses.
var behaviours = map[int][]string{
	1: {"three end packets", "duplicates", "a missing marker", "only end packets", "all end packets lost",
		"a repeated digit", "40 ms digits", "no gap between digits", "a digit held for 8 s"},
	2: {"timestamp that goes back", "66847096", "jumps forward", "wraps at 32 bits", "seq wraps",
		"new SSRC", "port or source in mid-call"},
	3: {"equality of (SSRC, timestamp, event)", "last few kept", "counts at its first packet", "continues a long digit"},
	4: {"stop the prompt and count", "kept or flushed by a stated rule"},
	5: {"10 % RTP loss", "20 %"},
	6: {"separate first-digit and inter-digit timers", "no total timer"},
	7: {"application/dtmf", "application/dtmf-relay", "in CSeq order", "in-band tones", "no talk-off",
		"the same press seen two ways is one digit"},
	8: {"hold is answered correctly", "sendonly", "inactive", "0.0.0.0", "prompt", "timers", "no media time-out",
		"resume goes on where it was"},
	9: {"re-INVITE that moves media", "an empty re-INVITE (we offer)", "session refresh", "changed P-Asserted-Identity",
		"glare (491)", "re-INVITE in the same millisecond as the ACK before it"},
	10: {"messages of one dialog handled in order", "back-to-back"},
	11: {"lost ACK", "0.5, 1.5, 3.5 s", "BYE at the end", "target refresh", "non-200 to BYE ends the dialog", "CANCEL crossing 200",
		"both ways"},
	12: {"as refresher", "as refreshed", "100rel where required", "OPTIONS answered", "Allow, Supported, Accept right",
		"unknown Require: 420"},
	13: {"ptime 10, 20, 30, 40", "payload type other than 101", "PCMU, PCMA, G.722", "comfort noise (PT 13) ignored",
		"codec switch in mid-call", "no common codec: 488"},
	14: {"the negotiated or latched source", "injected digits ignored", "RTCP sender and receiver reports",
		"symmetric RTP behind NAT", "media time-out ends a dead call"},
	15: {"MD5, SHA-256", "refresh", "backoff", "several accounts", "trunk peers by address",
		"anything else 403 without work done for it", "no growth per unknown source"},
	16: {"UDP, TCP, TLS", "the certificate checked", "a request over 1,300 bytes goes by TCP", "SRTP by SDES where offered", "required where configured"},
	17: {"Request-URI, To, P-Called-Party-ID or Diversion", "P-Asserted-Identity or From"},
	18: {"503 with Retry-After", "at once", "keep their pace", "normal again"},
	19: {"torture messages", "random bytes", "calls in progress"},
	20: {"no new call", "own end", "registrations are withdrawn"},
}

// marked collects, by behaviour, what the doc comments of tests say of it.
func marked(t *testing.T) map[int]string {
	t.Helper()
	said := map[int]string{}
	mark := regexp.MustCompile(`(?s)telephony\.md 1, behaviour (\d+)(.*?)(?:$|(?:telephony\.md 1, behaviour))`)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") || path == "behaviours_test.go" {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Doc == nil || !strings.HasPrefix(f.Name.Name, "Test") && !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			words := strings.Join(strings.Fields(f.Doc.Text()), " ")
			for rest := words; ; {
				found := mark.FindStringSubmatchIndex(rest)
				if found == nil {
					break
				}
				n, err := strconv.Atoi(rest[found[2]:found[3]])
				if err != nil {
					return err
				}
				said[n] += " " + rest[found[4]:found[5]]
				rest = rest[found[5]:]
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// Every clause of every behaviour that telephony.md asks for is shown by a test that
// names it.
func TestEveryBehaviourHasATestThatNamesIt(t *testing.T) {
	said := marked(t)
	for _, n := range slices.Sorted(maps.Keys(behaviours)) {
		for _, clause := range behaviours[n] {
			if !strings.Contains(strings.ToLower(said[n]), strings.ToLower(clause)) {
				t.Errorf("behaviour %d: no test names %q", n, clause)
			}
		}
	}
	for n := range said {
		if n < 1 || n > 20 {
			t.Errorf("a test names behaviour %d, which there is not", n)
		}
	}
}
