package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"tsunagi/server"
	"tsunagi/server/config"
	"tsunagi/server/control"
	"tsunagi/server/payment"
	"tsunagi/server/store"
	"tsunagi/shared/order"
)

type paymentCommand struct {
	List      paymentList      `cmd:"" help:"List attempts."`
	Show      paymentShow      `cmd:"" help:"Show every attempt of an order with its history."`
	Inquire   paymentInquire   `cmd:"" help:"Ask the acquirer now about an order whose outcome is open (照会)."`
	Capture   paymentCapture   `cmd:"" help:"Capture an authorized order in full."`
	Cancel    paymentCancel    `cmd:"" help:"Cancel a payment in full: the money goes back."`
	Resolve   paymentResolve   `cmd:"" help:"Say what became of an order that inquiry did not settle (MANUAL), as the acquirer's own screen shows it."`
	Reconcile paymentReconcile `cmd:"" help:"Compare a day of the journal with the acquirer's books. Exit status 3: they differ."`
}

// whichOrder names an order on the command line.
type whichOrder struct {
	configFile
	Order string `arg:"" name:"merchant/transaction" help:"IVRマーチャントID and 取引ID."`
}

func (w whichOrder) key() (payment.OrderKey, error) {
	merchant, id, ok := strings.Cut(w.Order, "/")
	if !ok || merchant == "" || id == "" {
		return payment.OrderKey{}, errors.New("name the order as merchant/transaction")
	}
	return payment.OrderKey{Merchant: ivr.MerchantID(merchant), TransactionID: order.TransactionID(id)}, nil
}

type paymentList struct {
	configFile
	Merchant string        `placeholder:"ID" help:"Of this merchant alone."`
	State    string        `placeholder:"STATE" help:"In this state alone, of whatever age: UNKNOWN, MANUAL, VOID_FAILED, …"`
	Since    time.Duration `default:"24h" help:"Not older than this (${default})."`
}

// Run lists attempts, oldest first. It reads the database beside the server.
func (c paymentList) Run(ctx context.Context, s streams) error {
	return c.withStore(ctx, func(db *store.Store) error {
		attempts, err := db.AttemptsBetween(ctx, time.Now().Add(-c.Since), time.Now())
		if c.State != "" {
			attempts, err = db.AttemptsIn(ctx, ivr.AttemptState(strings.ToUpper(c.State)))
		}
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "WHEN\tORDER\tYEN\tTIMES\tCARD\tSTATE\tCODE\tTOLD")
		for _, a := range attempts {
			if c.Merchant != "" && c.Merchant != string(a.Operator.Merchant) {
				continue
			}
			fmt.Fprintf(table, "%s\t%s/%s\t%d\t%s\t%s %s\t%s\t%s\t%s\n", a.SendingAt.Local().Format(time.DateTime),
				a.Operator.Merchant, a.Order.TransactionID, a.Order.Amount, a.Order.PaymentCount, a.Brand, a.Last4, a.State, a.ShortCode(), a.Told)
		}
		return table.Flush()
	})
}

type paymentShow struct{ whichOrder }

// Run shows all that the journal has of an order.
func (c paymentShow) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(db *store.Store) error {
		attempts, err := db.AttemptsOf(ctx, key.Merchant, key.TransactionID)
		if err != nil {
			return err
		}
		if len(attempts) == 0 {
			return fmt.Errorf("%s has no attempt: is it spelled as it was sent?", c.Order)
		}
		for _, a := range attempts {
			printAttempt(s.out, a)
			events, err := db.AttemptEvents(ctx, a.ID)
			if err != nil {
				return err
			}
			for _, e := range events {
				fmt.Fprintf(s.out, "  %s  %-11s  %s\n", e.At.Local().Format("2006-01-02 15:04:05.000"), e.To, e.Cause)
			}
		}
		return nil
	})
}

func printAttempt(out io.Writer, a ivr.Attempt) {
	fmt.Fprintf(out, "Attempt        %s, number %d of call %s\nOrder          %s/%s\nAmount         %d yen, %s times\n"+
		"Card           %s %s\nAcquirer       %s %s %s\nState          %s (%s)\nCustomer heard %s\n",
		a.ID, a.Number, a.Call, a.Operator.Merchant, a.Order.TransactionID, a.Order.Amount, a.Order.PaymentCount,
		a.Brand, a.Last4, a.Acquirer, a.ResultCode, a.Message, a.State, a.Cause, a.Told)
}

// ask puts an order's deed to the running server and prints what came of it.
func (w whichOrder) ask(ctx context.Context, s streams, op control.Operation[paymentDeed, ivr.Attempt], deed paymentDeed) error {
	key, err := w.key()
	if err != nil {
		return err
	}
	deed.Order = key
	a, err := askServer(ctx, w.configFile, op, deed)
	if err != nil {
		return err
	}
	printAttempt(s.out, a)
	return nil
}

// askServer asks the running server: it alone may move money.
func askServer[Q, A any](ctx context.Context, f configFile, op control.Operation[Q, A], q Q) (answer A, err error) {
	conf, err := config.Read(f.Config)
	if err != nil {
		return answer, err
	}
	client, err := control.Dial(ctx, conf.DataDir)
	if err != nil {
		return answer, err
	}
	answer, err = control.Call(ctx, client, op, q)
	return answer, errors.Join(err, client.Close())
}

type paymentInquire struct{ whichOrder }

// Run asks the acquirer.
func (c paymentInquire) Run(ctx context.Context, s streams) error {
	return c.ask(ctx, s, opInquire, paymentDeed{})
}

type paymentCapture struct {
	whichOrder
}

// Run captures.
func (c paymentCapture) Run(ctx context.Context, s streams) error {
	return c.ask(ctx, s, opCapture, paymentDeed{})
}

type paymentCancel struct {
	whichOrder
	Reason string `required:"" help:"Why, for the journal and the audit log."`
}

// Run cancels.
func (c paymentCancel) Run(ctx context.Context, s streams) error {
	return c.ask(ctx, s, opCancel, paymentDeed{Reason: c.Reason})
}

type paymentResolve struct {
	whichOrder
	As     string `required:"" enum:"paid,not_paid,voided" help:"What the acquirer's own screen shows: paid, not_paid or voided."`
	Reason string `required:"" help:"How you know, for the journal and the audit log."`
}

// Run resolves.
func (c paymentResolve) Run(ctx context.Context, s streams) error {
	return c.ask(ctx, s, opResolve, paymentDeed{Reason: c.Reason, As: payment.Resolution(c.As)})
}

type paymentReconcile struct {
	configFile
	Merchant string `arg:"" help:"IVRマーチャントID."`
	Day      string `placeholder:"YYYY-MM-DD" help:"A day in Japan; yesterday without."`
}

// Run compares a day and prints the report.
func (c paymentReconcile) Run(ctx context.Context, s streams) error {
	answer, err := askServer(ctx, c.configFile, opReconcile, paymentDay{Merchant: ivr.MerchantID(c.Merchant), Day: c.Day})
	if err != nil {
		return err
	}
	fmt.Fprint(s.out, answer.Report)
	if answer.Differences > 0 {
		return &statusError{3, fmt.Errorf("%d differences (the report is kept as %s)", answer.Differences, answer.File)}
	}
	return nil
}
