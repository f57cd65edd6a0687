package audio

import (
	"bytes"
	"testing"
	"time"
)

func TestNewClipIsWholeFrames(t *testing.T) {
	tests := []struct {
		name    string
		samples int
		frames  int
	}{
		{"nothing", 0, 0},
		{"one sample", 1, 1},
		{"one frame", 160, 1},
		{"one more", 161, 2},
		{"a second", 8000, 50},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pcm := make([]int16, tt.samples)
			for i := range pcm {
				pcm[i] = 1000
			}
			c := NewClip(pcm)
			want := time.Duration(tt.frames) * 20 * time.Millisecond
			if c.Frames() != tt.frames || c.Duration() != want {
				t.Errorf("got %d frames, %v; want %d, %v", c.Frames(), c.Duration(), tt.frames, want)
			}
			if len(c.PCMU) != tt.frames*160 || len(c.PCMA) != tt.frames*160 {
				t.Errorf("got %d and %d bytes, want %d", len(c.PCMU), len(c.PCMA), tt.frames*160)
			}
			padding := len(c.PCMU) - tt.samples
			if !bytes.HasSuffix(c.PCMU, bytes.Repeat([]byte{0xFF}, padding)) ||
				!bytes.HasSuffix(c.PCMA, bytes.Repeat([]byte{0xD5}, padding)) {
				t.Errorf("the last frame is not padded with silence")
			}
		})
	}
}

func TestSilence(t *testing.T) {
	c := Silence(90 * time.Millisecond)
	if c.Duration() != 100*time.Millisecond {
		t.Errorf("got %v, want 100ms", c.Duration())
	}
	if got := bytes.Trim(c.PCMU, "\xff"); len(got) != 0 {
		t.Errorf("%d bytes of µ-law are not silence", len(got))
	}
	if got := Silence(-time.Second).Frames(); got != 0 {
		t.Errorf("negative silence has %d frames, want 0", got)
	}
}
