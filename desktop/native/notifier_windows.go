package native

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"unsafe"

	"github.com/go-ole/go-ole"
	"github.com/saltosystems/winrt-go"
	"github.com/saltosystems/winrt-go/windows/foundation"
	"golang.org/x/sys/windows/registry"

	"tsunagi/desktop/native/winrt/dom"
	"tsunagi/desktop/native/winrt/notifications"
)

const roMultithreaded = 1 // RO_INIT_MULTITHREADED

// toastNotifier is a Notifier by Windows' toasts. All its calls of the Windows Runtime
// are made on one thread.
type toastNotifier struct {
	calls   chan func() error
	errs    chan error
	clicked chan struct{}

	// The thread's own.
	notifier *notifications.ToastNotifier
	toast    *notifications.ToastNotification // nil: nothing is shown
	handler  *foundation.TypedEventHandler
	token    foundation.EventRegistrationToken
	number   uint32 // of the last data: Windows drops what is older
	away     bool   // the person has put it away
}

// OpenNotifier registers the program and begins the thread. An error means that the
// person gets no notifications.
func OpenNotifier() (Notifier, error) {
	if err := registerApp(`Software\Classes\AppUserModelId\` + appID); err != nil {
		return nil, err
	}
	n := &toastNotifier{calls: make(chan func() error), errs: make(chan error), clicked: make(chan struct{}, 1)}
	go n.serve()
	if err := <-n.errs; err != nil {
		return nil, fmt.Errorf("open notifications: %w", err)
	}
	return n, nil
}

// registerApp writes the key that toasts are shown under, with the icon that the
// installer put beside the program.
func registerApp(path string) error {
	icon := ""
	if program, err := ownPath(); err == nil {
		icon = filepath.Join(filepath.Dir(program), "tsunagi.png")
		if _, err := os.Stat(icon); err != nil {
			icon = ""
		}
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("register for notifications: %w", err)
	}
	defer key.Close()
	for name, value := range toastRegistration(icon) {
		if err := key.SetStringValue(name, value); err != nil {
			return fmt.Errorf("register for notifications: %w", err)
		}
	}
	return nil
}

// serve carries out the calls until Close.
func (n *toastNotifier) serve() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := guarded(func() (err error) {
		if err := ole.RoInitialize(roMultithreaded); err != nil {
			return err
		}
		n.notifier, err = notifications.ToastNotificationManagerCreateToastNotifierWithId(appID)
		return err
	})
	n.errs <- err
	if err != nil {
		return
	}
	for call := range n.calls {
		n.errs <- guarded(call)
	}
	n.notifier.Release()
	close(n.errs)
}

// guarded makes an error of a panic: the bindings panic where a Windows is too old to
// have an interface, and where its library is not there at all.
func guarded(call func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the Windows Runtime: %v", cause)
		}
	}()
	return call()
}

func (n *toastNotifier) do(deed string, call func() error) error {
	n.calls <- call
	if err := <-n.errs; err != nil {
		return fmt.Errorf("%s a notification: %w", deed, err)
	}
	return nil
}

func (n *toastNotifier) Clicked() <-chan struct{} { return n.clicked }

func (n *toastNotifier) Show(what Notification) error {
	return n.do("show", func() error {
		if !what.First && n.away {
			return nil
		}
		data, err := n.data(what)
		if err != nil {
			return err
		}
		defer data.Release()
		if what.First || n.toast == nil {
			return n.begin(data)
		}
		result, err := n.notifier.UpdateWithTagAndGroup(data, toastTag, toastGroup)
		if err != nil {
			return err
		}
		switch result {
		case notifications.NotificationUpdateResultSucceeded:
		case notifications.NotificationUpdateResultNotificationNotFound:
			n.away = true
		default:
			return errors.New("Windows did not update it")
		}
		return nil
	})
}

func (n *toastNotifier) Clear() error {
	return n.do("clear", func() error {
		n.away = false
		return n.end()
	})
}

func (n *toastNotifier) Close() error {
	err := n.Clear()
	close(n.calls)
	<-n.errs
	return err
}

// data is what a toast is bound to, as Windows takes it.
func (n *toastNotifier) data(what Notification) (*notifications.NotificationData, error) {
	data, err := notifications.NewNotificationData()
	if err != nil {
		return nil, err
	}
	n.number++
	err = errors.Join(data.SetSequenceNumber(n.number), fill(data, toastValues(what)))
	if err != nil {
		data.Release()
		return nil, err
	}
	return data, nil
}

func fill(data *notifications.NotificationData, values map[string]string) error {
	bound, err := data.GetValues()
	if err != nil {
		return err
	}
	defer bound.Release()
	for name, value := range values {
		nameString, err := ole.NewHString(name)
		if err != nil {
			return err
		}
		valueString, err := ole.NewHString(value)
		if err == nil {
			// An HSTRING is a handle of Windows', not a pointer into Go's memory.
			_, err = bound.Insert(*(*unsafe.Pointer)(unsafe.Pointer(&nameString)), *(*unsafe.Pointer)(unsafe.Pointer(&valueString)))
			err = errors.Join(err, ole.DeleteHString(valueString))
		}
		if err = errors.Join(err, ole.DeleteHString(nameString)); err != nil {
			return err
		}
	}
	return nil
}

// begin shows a toast in place of any before.
func (n *toastNotifier) begin(data *notifications.NotificationData) error {
	if err := n.end(); err != nil {
		return err
	}
	content, err := dom.NewXmlDocument()
	if err != nil {
		return err
	}
	defer content.Release()
	if err := content.LoadXml(toastXML()); err != nil {
		return err
	}
	toast, err := notifications.ToastNotificationCreateToastNotification(content)
	if err != nil {
		return err
	}
	n.toast, n.away = toast, false
	iid := winrt.ParameterizedInstanceGUID(foundation.GUIDTypedEventHandler,
		notifications.SignatureToastNotification, "cinterface(IInspectable)")
	n.handler = foundation.NewTypedEventHandler(ole.NewGUID(iid), func(*foundation.TypedEventHandler, unsafe.Pointer, unsafe.Pointer) {
		select {
		case n.clicked <- struct{}{}: // on a thread of Windows'
		default: // one click is as good as two
		}
	})
	err = errors.Join(toast.SetTag(toastTag), toast.SetGroup(toastGroup), toast.SetData(data))
	if err == nil {
		n.token, err = toast.AddActivated(n.handler)
	}
	if err == nil {
		err = n.notifier.Show(toast)
	}
	if err != nil {
		return errors.Join(err, n.end())
	}
	return nil
}

// end takes away what is shown.
func (n *toastNotifier) end() error {
	if n.toast == nil {
		return nil
	}
	toast, handler := n.toast, n.handler
	n.toast, n.handler = nil, nil
	defer toast.Release()
	defer handler.Release()
	// Hiding one that is gone already is an error to Windows and none to us.
	_ = n.notifier.Hide(toast)
	return toast.RemoveActivated(n.token)
}
