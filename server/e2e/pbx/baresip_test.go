package pbx

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tsunagi/server/e2e/site"
)

// baresip is the telephone 103, a user agent that others have written. It hears nothing:
// what it does is decided by what the operator's desktop shows.
type baresip struct {
	t       *testing.T
	control net.Conn
	answers *bufio.Reader
}

// newBaresip starts it and waits until it takes commands.
func newBaresip(t *testing.T, pbx *asterisk) *baresip {
	t.Helper()
	dir := filepath.Join(pbx.dir, "baresip")
	if err := os.WriteFile(filepath.Join(dir, "silence.wav"), silence(3*time.Minute), 0o600); err != nil {
		t.Fatal(err)
	}
	process := exec.Command(script, "baresip", pbx.dir)
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	process.Stderr = process.Stdout
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ready := make(chan struct{})
	done := make(chan struct{})
	var ended error // valid once done is closed
	go func() {
		defer close(done)
		lines := bufio.NewScanner(output)
		lines.Split(scanWords)
		for lines.Scan() {
			line := lines.Text()
			if line == "" || strings.Contains(line, " (bit/s)") {
				continue // its clock, ten times a second
			}
			said.WriteString(line + "\n")
			if strings.Contains(line, "baresip is ready") {
				close(ready)
			}
		}
		ended = process.Wait()
	}()
	t.Cleanup(func() {
		select {
		case <-done:
			t.Errorf("baresip has ended by itself: %v", ended)
		default:
			if err := process.Process.Signal(syscall.SIGTERM); err != nil {
				t.Errorf("stop baresip: %v", err)
			}
			<-done
		}
		if t.Failed() {
			t.Logf("baresip:\n%s", &said)
		}
	})
	select {
	case <-ready:
	case <-done:
		t.Fatal("baresip has ended")
	case <-time.After(bootPatience):
		t.Fatal("baresip does not start")
	}
	b := &baresip{t: t}
	dialer := net.Dialer{Timeout: bootPatience}
	if b.control, err = dialer.DialContext(t.Context(), "tcp", pbx.network+".103:4444"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.control.Close() })
	b.answers = bufio.NewReader(b.control)
	return b
}

// scanWords splits what baresip writes, which ends its clock with a carriage return
// alone: line by line a long call is one line, and a reader that gives up on it leaves
// baresip waiting at a full pipe.
func scanWords(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// do carries out a command and waits until it is done. It and its answer are JSON in a
// netstring; events come the same way and are passed over. Whether baresip calls it a
// success does not count: 1.1.0 does not when it resumes a call, and does.
func (b *baresip) do(command, argument string) {
	b.t.Helper()
	text, err := json.Marshal(map[string]string{"command": command, "params": argument, "token": command})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(b.control, "%d:%s,", len(text), text); err != nil {
		b.t.Fatal(err)
	}
	if err := b.control.SetReadDeadline(time.Now().Add(site.Patience)); err != nil {
		b.t.Fatal(err)
	}
	for {
		var length int
		if _, err := fmt.Fscanf(b.answers, "%d:", &length); err != nil {
			b.t.Fatalf("baresip, %s: %v", command, err)
		}
		body := make([]byte, length+1) // and its comma
		if _, err := io.ReadFull(b.answers, body); err != nil {
			b.t.Fatalf("baresip, %s: %v", command, err)
		}
		var answer struct {
			Response bool
			Token    string
		}
		if err := json.Unmarshal(body[:length], &answer); err != nil {
			b.t.Fatalf("baresip, %s: %v", command, err)
		}
		if answer.Response && answer.Token == command {
			return
		}
	}
}

// key presses keys at the pace at which it can send them.
func (b *baresip) key(keys string) {
	b.t.Helper()
	pace := time.NewTicker(260 * time.Millisecond)
	defer pace.Stop()
	for _, key := range keys {
		b.do("sndcode", string(key))
		<-pace.C
	}
}

// silence is a WAV file of 16 bit PCM.
func silence(length time.Duration) []byte {
	const rate = 8000
	data := int(length.Seconds()) * rate * 2
	var w bytes.Buffer
	w.WriteString("RIFF")
	w.Write(binary.LittleEndian.AppendUint32(nil, uint32(36+data)))
	w.WriteString("WAVEfmt ")
	for _, field := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(rate * 2), uint16(2), uint16(16)} {
		_ = binary.Write(&w, binary.LittleEndian, field) // to a buffer
	}
	w.WriteString("data")
	w.Write(binary.LittleEndian.AppendUint32(nil, uint32(data)))
	w.Write(make([]byte, data))
	return w.Bytes()
}
