package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tsunagi/server/config"
	"tsunagi/server/phone"
	"tsunagi/server/prompt"
	"tsunagi/shared/order"
)

// loggedOut is the SIP status that a number whose operator is away is answered with.
const loggedOut = 480

// askAgain is how often --wait tries.
const askAgain = 500 * time.Millisecond

type phoneCommand struct {
	Numbers []string `arg:"" name:"number" help:"IVR numbers to call. Several calls take them in turn."`
	Server  string   `required:"" placeholder:"HOST:PORT" help:"SIP address of the server."`
	Config  string   `short:"c" type:"existingfile" placeholder:"FILE" help:"The server's configuration, for its recordings; without one the built-in voice is listened for."`

	Card   string `placeholder:"NUMBER" help:"Card number to key. Use test cards only."`
	Expiry string `placeholder:"MMYY" help:"Expiry to key."`
	Code   string `placeholder:"DIGITS" help:"Security code to key."`
	Cards  string `type:"existingfile" placeholder:"FILE" help:"File with a card a line: number, MMYY, code. They are keyed in turn."`

	Keying     string        `enum:"after,early,ahead" default:"after" help:"When to key: after the prompt, early (cutting it off) or ahead (the card number during the greeting)."`
	Pace       time.Duration `default:"200ms" help:"From one key to the next (${default})."`
	HangUpAt   string        `placeholder:"PROMPT" help:"Hang up when this prompt is heard, or 'answer'."`
	Talk       time.Duration `placeholder:"TIME" help:"As the operator, answer the call that brings the customer back, and hang up after this time; otherwise it is refused."`
	Count      int           `default:"1" help:"Calls in all (${default})."`
	Parallel   int           `default:"1" help:"Calls at once (${default})."`
	StartDelay time.Duration `help:"Between the starts of two calls."`
	Limit      time.Duration `default:"3m" help:"The longest call (${default})."`
	Wait       time.Duration `placeholder:"TIME" help:"While the operator is not logged in, try again for this long."`
	Caller     string        `default:"09000000000" help:"The telephone's own number (${default})."`
	Verbose    bool          `help:"Show numerals and repeated prompts in the timeline."`
}

// Help is shown by --help after the flags.
func (phoneCommand) Help() string {
	return "Plays the operator who transfers the call (presses 1 when the order has come) and then the customer who keys the card. " +
		"Exit status: 0 every call was paid, or hung up as told; 2 declined; 3 result unknown; 4 refused; 5 something was not heard as it should; 1 any other error."
}

// Run makes the calls and prints a timeline of each.
func (c phoneCommand) Run(ctx context.Context, s streams) error {
	script, err := c.script()
	if err != nil {
		return err
	}
	result, err := c.call(ctx, script, s.out)
	if err != nil {
		return err
	}
	if status := result.ExitStatus(); status != 0 {
		return &statusError{status, fmt.Errorf("the telephone: %s", result.Outcome())}
	}
	return nil
}

// call runs the script, again and again while nobody is logged in and c.Wait lasts.
func (c phoneCommand) call(ctx context.Context, script phone.Script, out io.Writer) (phone.Result, error) {
	for until := time.Now().Add(c.Wait); ; {
		result, err := phone.Run(ctx, script, out)
		if err != nil || !nobodyThere(result) || time.Now().After(until) {
			return result, err
		}
		select {
		case <-ctx.Done():
			return result, ctx.Err()
		case <-time.After(askAgain):
		}
	}
}

func nobodyThere(r phone.Result) bool {
	for _, call := range r.Calls {
		if call.Status != loggedOut {
			return false
		}
	}
	return len(r.Calls) > 0
}

func (c phoneCommand) script() (phone.Script, error) {
	cards, err := c.cards()
	if err != nil {
		return phone.Script{}, err
	}
	voice, err := c.voice()
	if err != nil {
		return phone.Script{}, err
	}
	return phone.Script{
		Server: c.Server, Numbers: c.Numbers, Caller: c.Caller, Cards: cards, Voice: voice,
		Keying: phone.Keying(c.Keying), Pace: c.Pace, HangUpAt: prompt.Name(c.HangUpAt), Talk: c.Talk,
		Count: c.Count, Parallel: c.Parallel, StartDelay: c.StartDelay, Limit: c.Limit, Verbose: c.Verbose,
	}, nil
}

func (c phoneCommand) voice() (*prompt.Voice, error) {
	conf := config.Default()
	if c.Config != "" {
		var err error
		if conf, err = config.Read(c.Config); err != nil {
			return nil, err
		}
	}
	library, err := loadVoices(conf)
	if err != nil {
		return nil, err
	}
	return library.Voice("", order.Japanese), nil
}

func (c phoneCommand) cards() ([]phone.Card, error) {
	switch {
	case c.Cards != "" && c.Card != "":
		return nil, errors.New("--card and --cards exclude each other")
	case c.Cards != "":
		f, err := os.Open(c.Cards)
		if err != nil {
			return nil, fmt.Errorf("read cards: %w", err)
		}
		defer f.Close()
		return phone.ReadCards(f)
	case c.Card == "" && c.HangUpAt != "":
		return nil, nil
	}
	card, err := phone.NewCard([]byte(c.Card), []byte(c.Expiry), []byte(c.Code))
	if err != nil {
		return nil, fmt.Errorf("--card, --expiry and --code: %w", err)
	}
	return []phone.Card{card}, nil
}
