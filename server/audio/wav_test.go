package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
)

func wavOf(t testing.TB, pcm []int16, rateHz int) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := WriteWAV(&file, pcm, rateHz); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// with returns a copy of file in which two bytes at offset are value.
func with(file []byte, offset int, value uint16) []byte {
	file = slices.Clone(file)
	binary.LittleEndian.PutUint16(file[offset:], value)
	return file
}

func TestReadWAV(t *testing.T) {
	pcm := []int16{0, 1, -1, 32767, -32768}
	good := wavOf(t, pcm, 16000)
	listed := slices.Concat(good[:12], []byte("LIST\x03\x00\x00\x00abc\x00"), good[12:])
	extensible := slices.Concat(good[:12],
		[]byte("fmt \x28\x00\x00\x00"), []byte{0xFE, 0xFF}, good[22:36], // the tag is followed by the same 14 bytes
		[]byte{22, 0, 16, 0, 4, 0, 0, 0}, []byte("\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"),
		good[36:])
	huge := slices.Clone(good)
	binary.LittleEndian.PutUint32(huge[40:], 0xFFFFFFFF)
	early := slices.Concat(good[:12], good[36:])

	tests := []struct {
		name string
		file []byte
		want error
	}{
		{"plain", good, nil},
		{"unknown chunk of odd length first", listed, nil},
		{"extensible format", extensible, nil},
		{"empty", nil, ErrNotWAV},
		{"MP3", []byte("ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"), ErrNotWAV},
		{"sound before its format", early, ErrNotWAV},
		{"format chunk too short", with(good, 16, 4), ErrNotWAV},
		{"stereo", with(good, 22, 2), ErrWAVFormat},
		{"8 bits", with(good, 34, 8), ErrWAVFormat},
		{"µ-law", with(good, 20, 7), ErrWAVFormat},
		{"rate of zero", with(good, 24, 0), ErrWAVFormat},
		{"cut in the sound", good[:len(good)-3], ErrWAVCut},
		{"cut in the format", good[:20], ErrWAVCut},
		{"no sound at all", good[:36], ErrWAVCut},
		{"claims 4 GiB", huge, ErrWAVTooBig},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, rateHz, err := ReadWAV(bytes.NewReader(tt.file))
			if !errors.Is(err, tt.want) {
				t.Fatalf("got error %v, want %v", err, tt.want)
			}
			if err == nil && (!slices.Equal(got, pcm) || rateHz != 16000) {
				t.Errorf("got %v at %d Hz, want %v at 16000 Hz", got, rateHz, pcm)
			}
		})
	}
}

func TestReadWAVTellsTheReadersError(t *testing.T) {
	broken := errors.New("disk broken")
	file := wavOf(t, []int16{1, 2, 3}, 8000)
	for cut := range len(file) {
		r := io.MultiReader(bytes.NewReader(file[:cut]), iotest.ErrReader(broken))
		if _, _, err := ReadWAV(r); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v, want %v", cut, err, broken)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	good := wavOf(f, []int16{0, 5, -5, 100}, 8000)
	f.Add(good)
	f.Add(good[:30])
	f.Add(with(good, 40, 0xFFFF))
	f.Fuzz(func(t *testing.T, file []byte) {
		pcm, rateHz, err := ReadWAV(bytes.NewReader(file))
		if err != nil {
			if pcm != nil {
				t.Fatalf("%d samples beside the error %v", len(pcm), err)
			}
			return
		}
		if 2*len(pcm) > len(file) || rateHz <= 0 {
			t.Fatalf("%d samples at %d Hz out of %d bytes", len(pcm), rateHz, len(file))
		}
		again, againHz, err := ReadWAV(bytes.NewReader(wavOf(t, pcm, rateHz)))
		if err != nil || againHz != rateHz || !slices.Equal(again, pcm) {
			t.Fatalf("what was read does not survive writing: %v", err)
		}
	})
}
