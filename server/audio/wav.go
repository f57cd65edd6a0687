package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What ReadWAV refuses, to be told apart with errors.Is.
var (
	ErrNotWAV    = errors.New("not a WAV file")
	ErrWAVFormat = errors.New("not 16-bit mono PCM")
	ErrWAVCut    = errors.New("file is cut short")
	ErrWAVTooBig = errors.New("more than 16 MiB of sound")
)

// maxWAVBytes bounds what a hostile or mistaken file can make us hold: 17
// minutes at 8 kHz.
const maxWAVBytes = 16 << 20

const (
	wavPCM        = 1
	wavExtensible = 0xFFFE
)

// wavFormat is the body of a "fmt " chunk.
type wavFormat struct {
	Tag            uint16
	Channels       uint16
	RateHz         uint32
	BytesPerSecond uint32
	BlockBytes     uint16
	SampleBits     uint16
}

// ReadWAV reads a WAV file of 16-bit mono PCM at any rate; rateHz tells which.
// It reads no further than the first chunk of sound. Chunks it does not know are
// skipped. It accepts any bytes without panicking and holds at most 16 MiB; an
// empty file of the right format gives no samples and no error.
func ReadWAV(r io.Reader) (pcm []int16, rateHz int, err error) {
	var riff [12]byte
	if _, err := io.ReadFull(r, riff[:]); err != nil || string(riff[:4]) != "RIFF" || string(riff[8:]) != "WAVE" {
		return nil, 0, readFault(err, ErrNotWAV)
	}
	var format wavFormat
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return nil, 0, readFault(err, ErrWAVCut)
		}
		size := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "fmt ":
			if format, err = readWAVFormat(r, size); err != nil {
				return nil, 0, err
			}
		case "data":
			if format.Tag == 0 {
				return nil, 0, fmt.Errorf("sound comes before its format: %w", ErrNotWAV)
			}
			pcm, err = readWAVSamples(r, size)
			return pcm, int(format.RateHz), err
		default:
			// Chunks start at even offsets: an odd one is followed by a pad byte.
			if _, err := io.CopyN(io.Discard, r, size+size%2); err != nil {
				return nil, 0, readFault(err, ErrWAVCut)
			}
		}
	}
}

func readWAVFormat(r io.Reader, size int64) (wavFormat, error) {
	var f wavFormat
	if size < 16 || size > 1024 {
		return f, fmt.Errorf("format chunk of %d bytes: %w", size, ErrNotWAV)
	}
	body := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, body); err != nil {
		return f, readFault(err, ErrWAVCut)
	}
	if _, err := binary.Decode(body, binary.LittleEndian, &f); err != nil {
		return f, fmt.Errorf("read format chunk: %w", err)
	}
	// An extensible format has its real tag in the first bytes of the sub-format.
	if f.Tag == wavExtensible && size >= 26 {
		f.Tag = binary.LittleEndian.Uint16(body[24:])
	}
	if f.Tag != wavPCM || f.Channels != 1 || f.SampleBits != 16 || f.RateHz == 0 {
		return f, fmt.Errorf("format %d, %d channels, %d bits, %d Hz: %w",
			f.Tag, f.Channels, f.SampleBits, f.RateHz, ErrWAVFormat)
	}
	return f, nil
}

func readWAVSamples(r io.Reader, size int64) ([]int16, error) {
	if size > maxWAVBytes {
		return nil, ErrWAVTooBig
	}
	// Grown as it is read: a header alone must not make us allocate.
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, size); err != nil {
		return nil, readFault(err, ErrWAVCut)
	}
	pcm := make([]int16, size/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(body.Bytes()[2*i:]))
	}
	return pcm, nil
}

// readFault is fault where the file simply ended, and the reader's own error,
// which is not about the file's content, otherwise.
func readFault(err, fault error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault
	}
	return fmt.Errorf("read sound: %w", err)
}

// WriteWAV writes samples as a WAV file of 16-bit mono PCM.
func WriteWAV(w io.Writer, pcm []int16, rateHz int) error {
	const headBytes = 44
	dataBytes := 2 * len(pcm)
	file := make([]byte, 0, headBytes+dataBytes)
	file = append(file, "RIFF"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(headBytes-8+dataBytes))
	file = append(file, "WAVEfmt "...)
	file = binary.LittleEndian.AppendUint32(file, 16)
	file = binary.LittleEndian.AppendUint16(file, wavPCM)
	file = binary.LittleEndian.AppendUint16(file, 1)
	file = binary.LittleEndian.AppendUint32(file, uint32(rateHz))
	file = binary.LittleEndian.AppendUint32(file, uint32(2*rateHz))
	file = binary.LittleEndian.AppendUint16(file, 2)
	file = binary.LittleEndian.AppendUint16(file, 16)
	file = append(file, "data"...)
	file = binary.LittleEndian.AppendUint32(file, uint32(dataBytes))
	for _, s := range pcm {
		file = binary.LittleEndian.AppendUint16(file, uint16(s))
	}
	if _, err := w.Write(file); err != nil {
		return fmt.Errorf("write sound: %w", err)
	}
	return nil
}
