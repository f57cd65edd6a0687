package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestEveryKeyHasADefaultAndAComment(t *testing.T) {
	empty := map[string]bool{
		"sip.advertise": true, "sip.plain_same_segment": true, "sip.tcp": true, "sip.outbound_proxy": true,
		"sip.tls.roots": true, "sip.tls.client_certificates": true, "sip.accounts": true, "sip.trunks": true,
		"sip.accounts[].registrar": true, "sip.accounts[].user": true, "sip.accounts[].auth_user": true,
		"sip.accounts[].password_file": true, "sip.accounts[].realm": true, "sip.trunks[].address": true,
		"rtp.address": true, "prompts.folder": true, "return_call.pbx": true, "metrics.listen": true,
		"payment.sim_cards":       true,
		"payment.veritrans4g.url": true, "payment.veritrans4g.accounts": true, "payment.veritrans4g.roots": true,
		"payment.veritrans4g.tanking": true, "payment.stripe.keys": true, "payment.stripe.moto": true, "payment.stripe.roots": true,
	}
	var walk func(v reflect.Value, under string)
	walk = func(v reflect.Value, under string) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			key := strings.TrimPrefix(under+"."+keyName(f), ".")
			if f.Tag.Get("toml") == "" || len(f.Tag.Get("comment")) < 10 {
				t.Errorf("%s: no name or no comment", key)
			}
			if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[Duration]() {
				walk(v.Field(i), key)
				continue
			}
			switch v.Field(i).Interface().(type) {
			case []Account:
				walk(reflect.ValueOf(defaultAccount()), key+"[]")
			case []Trunk:
				walk(reflect.ValueOf(defaultTrunk()), key+"[]")
			}
			if v.Field(i).IsZero() && !empty[key] {
				t.Errorf("%s: no default", key)
			}
		}
	}
	walk(reflect.ValueOf(Default()), "")
	if m := check(Default(), nil); len(m) > 0 {
		t.Errorf("the defaults are refused: %v", m)
	}
}

func TestTheWrittenFileReadsBack(t *testing.T) {
	text, err := Text(Default())
	if err != nil {
		t.Fatal(err)
	}
	got, mistakes := parse(text)
	if len(mistakes) > 0 || !reflect.DeepEqual(got, Default()) {
		t.Errorf("mistakes %v\ngot  %+v\nwant %+v\n%s", mistakes, got, Default(), text)
	}
	for _, want := range []string{"# Where the operators'", "listen = '127.0.0.1:5060'", "deadline = '30s'"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestAllMistakesAtOnceWithTheirLines(t *testing.T) {
	_, mistakes := parse([]byte(`
data_dir = "x"
[log]
level = "loud"
[sip]
listen = "5060"
max_cals = 3
peers = ["pbx.example", "192.0.2.0/24"]
max_calls = "many"
[rtp]
port_min = 20000
port_max = 20099
[payment]
deadline = 30
[payment.veritrans4g]
dummy = "no"
url = "http://gateway.example"
[prompt]
folder = "p"
`))
	got := (&Mistakes{Path: "f", List: mistakes}).Error()
	want := []string{
		"f:4: log.level: wants debug, info, warn, error",
		`f:6: sip.listen: wants an address and a port such as "192.0.2.1:5060"`,
		"f:7: sip.max_cals: no such key; did you mean max_calls?",
		`f:8: sip.peers: "pbx.example" is no address and no CIDR prefix such as 192.0.2.0/24`,
		"f:9: sip.max_calls: wants a whole number",
		"f:12: rtp.port_max: the ports serve 50 calls and sip.max_calls is 500: widen the range or lower max_calls",
		`f:14: payment.deadline: wants a duration such as "20s", in quotes`,
		"f:16: payment.veritrans4g.dummy: wants true or false",
		"f:17: payment.veritrans4g.url: wants an address that begins with https://",
		"f:18: prompt: no such key; did you mean prompts?",
	}
	if got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestMistakesOfTheWholeFile(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"syntax":           {"a = \n", "f:1: "},
		"table as a value": {"sip = 5060\n", "f:1: sip: is a table: write [sip] on a line of its own"},
		"value as a table": {"[data_dir]\n", "f:1: data_dir: wants a text in quotes"},
		"twice":            {"data_dir = 'a'\ndata_dir = 'b'\n", "f:"},
	} {
		t.Run(name, func(t *testing.T) {
			_, mistakes := parse([]byte(tc.text))
			got := (&Mistakes{Path: "f", List: mistakes}).Error()
			if !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q want %q", got, tc.want)
			}
		})
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tsunagid.toml")
	if err := os.WriteFile(path, []byte("[payment]\nsim_delay = '5ms'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "data"); c.DataDir != want {
		t.Errorf("got %q want %q", c.DataDir, want)
	}
	if c.Payment.SimDelay.Duration != 5*time.Millisecond || c.Payment.Deadline != Default().Payment.Deadline {
		t.Errorf("got %+v", c.Payment)
	}
	if c.Prompts.Folder != "" {
		t.Errorf("an empty path became %q", c.Prompts.Folder)
	}
}

func TestAMissingFile(t *testing.T) {
	_, err := Read(filepath.Join(t.TempDir(), "none.toml"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	text, err := Text(Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("[sip]\nlisten=1\n[[sip]]\n"))
	f.Add([]byte("sip.listen = 'x'\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, mistakes := parse(text)
		if len(mistakes) == 0 && len(check(c, nil)) > 0 {
			t.Errorf("accepted, though check refuses it: %+v", c)
		}
	})
}

// The pages for operations have no password.
func TestTheMetricsStayInside(t *testing.T) {
	for listen, taken := range map[string]bool{
		"": true, "127.0.0.1:9464": true, "[::1]:9464": true, "10.1.2.3:9464": true, "192.168.0.5:0": true,
		"0.0.0.0:9464": false, "[::]:9464": false, "203.0.113.7:9464": false, "monitor:9464": false, "9464": false,
	} {
		_, mistakes := parse([]byte("[metrics]\nlisten = '" + listen + "'\n"))
		if got := len(mistakes) == 0; got != taken {
			t.Errorf("%q: taken %v, want %v: %v", listen, got, taken, mistakes)
		}
	}
}
