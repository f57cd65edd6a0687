package prompt

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"tsunagi/server/audio"
	"tsunagi/shared/order"
)

//go:embed voice/ja/*.wav voice/en/*.wav
var recordings embed.FS

//go:embed voice/ATTRIBUTION.txt
var attribution string

// Attribution is the notice that must ship wherever the built-in voices do: who made
// them, their licences, and what we changed.
func Attribution() string { return attribution }

// Why a recording is refused, beside the errors of audio.ReadWAV.
var (
	ErrUnknownName = errors.New("no prompt has this name")
	ErrRate        = errors.New("not recorded at 8000 Hz")
	ErrEmpty       = errors.New("holds no sound")
)

// Voice is every prompt as a clip, encoded once. It is immutable and may be
// shared by all calls.
type Voice struct {
	language order.Language
	clips    map[Name]*audio.Clip
	index    func() *index // made at the first Ear
}

// Load makes the built-in voice of Japanese, with every prompt replaced for which
// overrides holds a recording (see With). overrides may be nil.
func Load(overrides fs.FS) (*Voice, error) { return LoadIn(order.Japanese, overrides) }

// LoadIn is Load for a language of order.Languages.
func LoadIn(l order.Language, overrides fs.FS) (*Voice, error) {
	folder, err := fs.Sub(recordings, path.Join("voice", string(l)))
	if err != nil {
		return nil, fmt.Errorf("open built-in voice: %w", err)
	}
	clips, err := readFolder(folder, NamesIn(l))
	if err != nil {
		return nil, fmt.Errorf("read built-in voice: %w", err)
	}
	clips[Ringback] = audio.NewClip(audio.Ringback(3 * time.Second))
	clips[Music] = audio.NewClip(audio.Music())
	return newVoice(l, clips).With(overrides)
}

// With is the same voice with the recordings of a merchant's folder: WAV files
// of 16 bits, mono, 8,000 Hz, named for the prompt they replace ("greeting.wav").
// Files that do not end in .wav and folders are left alone. The clips that are
// not replaced are shared with v. Every wrong file is reported, in one error.
func (v *Voice) With(overrides fs.FS) (*Voice, error) {
	if overrides == nil {
		return v, nil
	}
	replaced, err := readFolder(overrides, NamesIn(v.language))
	if err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	return v.with(replaced), nil
}

func (v *Voice) with(own map[Name]*audio.Clip) *Voice {
	clips := maps.Clone(v.clips)
	maps.Copy(clips, own)
	return newVoice(v.language, clips)
}

func newVoice(l order.Language, clips map[Name]*audio.Clip) *Voice {
	return &Voice{language: l, clips: clips, index: sync.OnceValue(func() *index { return newIndex(clips) })}
}

// Names lists every prompt in Japanese, in the order of the catalogue.
func Names() []Name { return NamesIn(order.Japanese) }

// Language is what the voice speaks.
func (v *Voice) Language() order.Language { return v.language }

// Clip is one prompt; nil for MerchantName where the merchant has recorded none,
// and for a name that is not in the catalogue.
func (v *Voice) Clip(name Name) *audio.Clip { return v.clips[name] }

// Say is the clips of some prompts, to be played one after the other. Those for
// which Clip is nil are left out.
func (v *Voice) Say(names ...Name) []*audio.Clip {
	clips := make([]*audio.Clip, 0, len(names))
	for _, name := range names {
		if clip := v.Clip(name); clip != nil {
			clips = append(clips, clip)
		}
	}
	return clips
}

// Amount is an amount, joined without a pause; nothing where n is out of range (see
// Read). It belongs between AmountIs and AmountEnd.
func (v *Voice) Amount(n order.Yen) []*audio.Clip { return v.Say(namesOf(v.language, n)...) }

// readFolder reads every recording of a folder that may hold the known ones; its error
// tells of all that are wrong.
func readFolder(folder fs.FS, known []Name) (map[Name]*audio.Clip, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("list folder: %w", err)
	}
	clips := make(map[Name]*audio.Clip)
	var wrong []error
	for _, entry := range entries {
		extension := path.Ext(entry.Name())
		if entry.IsDir() || !strings.EqualFold(extension, ".wav") {
			continue
		}
		name := Name(strings.TrimSuffix(entry.Name(), extension))
		clip, err := readRecording(folder, entry.Name())
		if !slices.Contains(known, name) {
			err = ErrUnknownName
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", entry.Name(), err))
			continue
		}
		clips[name] = clip
	}
	return clips, errors.Join(wrong...)
}

func readRecording(folder fs.FS, file string) (*audio.Clip, error) {
	f, err := folder.Open(file)
	if err != nil {
		return nil, err // it names the file already
	}
	pcm, rateHz, err := audio.ReadWAV(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	switch {
	case rateHz != audio.SampleRateHz:
		return nil, fmt.Errorf("%d Hz: %w", rateHz, ErrRate)
	case len(pcm) == 0:
		return nil, ErrEmpty
	}
	return audio.NewClip(pcm), nil
}
