package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
	"gopkg.in/natefinch/lumberjack.v2"

	"tsunagi/server/config"
)

const (
	serviceName = "tsunagid"
	// serviceAccount is the service's own virtual account: it has no password and may
	// do nothing but what it is given.
	serviceAccount = `NT SERVICE\` + serviceName
	serviceSettles = 100 * time.Second // how long a start or a stop may take
)

type serviceCommand struct {
	Install   serviceInstall   `cmd:"" help:"Register the service, to start with Windows. Its folder becomes its own."`
	Uninstall serviceUninstall `cmd:"" help:"Stop the service and take it away. Configuration and database stay."`
	Start     serviceStart     `cmd:"" help:"Start the service."`
	Stop      serviceStop      `cmd:"" help:"Stop the service; calls in progress end first."`
	Run       serviceRun       `cmd:"" hidden:"" help:"What Windows starts."`
}

type serviceInstall struct{ configFile }

// Run registers the service for a configuration that can be read.
func (c serviceInstall) Run(s streams) error {
	conf, err := config.Read(c.Config)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("install the service: %w", err)
	}
	manager, err := mgr.Connect()
	if err != nil {
		return forAdministrators("install the service", err)
	}
	defer manager.Disconnect()
	if existing, err := manager.OpenService(serviceName); err == nil {
		existing.Close()
		return errors.New("the service is installed already: 'tsunagid service uninstall' takes it away")
	}
	service, err := manager.CreateService(serviceName, program, mgr.Config{
		DisplayName:      "Tsunagi server",
		Description:      "Takes card payments by telephone (IVR beside the PBX).",
		StartType:        mgr.StartAutomatic,
		ServiceStartName: serviceAccount,
	}, "service", "run", "--config", c.Config)
	if err != nil {
		return forAdministrators("install the service", err)
	}
	defer service.Close()
	again := []mgr.RecoveryAction{{Type: mgr.ServiceRestart, Delay: 2 * time.Second}}
	if err := errors.Join(service.SetRecoveryActions(again, 86_400), service.SetRecoveryActionsOnNonCrashFailures(true)); err != nil {
		// It serves without: what is missing is told, and the operator of the machine decides.
		fmt.Fprintf(s.err, "tsunagid: the service is not started again by itself after a failure: %v\n", err)
	}
	for _, folder := range folders(filepath.Dir(c.Config), conf.DataDir) {
		if err := givePrivately(folder); err != nil {
			return fmt.Errorf("the service is installed, but cannot use %s: %w", folder, err)
		}
	}
	fmt.Fprintf(s.out, "The service %s is installed and starts with Windows; 'tsunagid service start' starts it now.\nIts log: %s\n",
		serviceName, serviceLog(c.Config))
	return nil
}

// folders are the given ones without repetitions.
func folders(a, b string) []string {
	if filepath.Clean(a) == filepath.Clean(b) {
		return []string{a}
	}
	return []string{a, b}
}

// givePrivately lets the service, administrators and the system use a folder, and
// nobody else: what mode 0700 is elsewhere (security.md N7).
func givePrivately(folder string) error {
	out, err := exec.Command("icacls.exe", folder, "/inheritance:r", "/grant:r",
		serviceAccount+":(OI)(CI)M", "*S-1-5-32-544:(OI)(CI)F", "*S-1-5-18:(OI)(CI)F", "/Q").CombinedOutput()
	if err != nil {
		return fmt.Errorf("icacls: %w: %s", err, out)
	}
	return nil
}

type serviceUninstall struct{}

// Run stops the service if it runs.
func (serviceUninstall) Run() error {
	return withService("uninstall the service", func(service *mgr.Service) error {
		if err := stopService(service); err != nil {
			return err
		}
		return service.Delete()
	})
}

type serviceStart struct{}

// Run returns when the service is up.
func (serviceStart) Run() error {
	return withService("start the service", func(service *mgr.Service) error {
		if err := service.Start(); err != nil && !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return err
		}
		return settle(service, svc.Running)
	})
}

type serviceStop struct{}

// Run returns when the service is down.
func (serviceStop) Run() error { return withService("stop the service", stopService) }

func stopService(service *mgr.Service) error {
	_, err := service.Control(svc.Stop)
	if errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return nil
	}
	if err != nil {
		return err
	}
	return settle(service, svc.Stopped)
}

// settle waits until the service is as wanted.
func settle(service *mgr.Service, want svc.State) error {
	for end := time.Now().Add(serviceSettles); ; time.Sleep(200 * time.Millisecond) {
		status, err := service.Query()
		switch {
		case err != nil:
			return err
		case status.State == want:
			return nil
		case status.State == svc.Stopped:
			return fmt.Errorf("it ended with %d: its log beside the configuration says why", max(status.ServiceSpecificExitCode, status.Win32ExitCode))
		case time.Now().After(end):
			return fmt.Errorf("it did not settle within %v", serviceSettles)
		}
	}
}

func withService(deed string, use func(*mgr.Service) error) error {
	manager, err := mgr.Connect()
	if err != nil {
		return forAdministrators(deed, err)
	}
	defer manager.Disconnect()
	service, err := manager.OpenService(serviceName)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return fmt.Errorf("%s: it is not installed: 'tsunagid service install' does that", deed)
	}
	if err != nil {
		return forAdministrators(deed, err)
	}
	defer service.Close()
	if err := use(service); err != nil {
		return fmt.Errorf("%s: %w", deed, err)
	}
	return nil
}

func forAdministrators(deed string, err error) error {
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return fmt.Errorf("%s: only an administrator may: open the command prompt with 'Run as administrator'", deed)
	}
	return fmt.Errorf("%s: %w", deed, err)
}

type serviceRun struct{ configFile }

// Run serves for Windows, which has no place for what a service says: its log is a
// file beside the configuration, kept below 50 MB five times over.
func (c serviceRun) Run() error {
	log := &lumberjack.Logger{Filename: serviceLog(c.Config), MaxSize: 50, MaxBackups: 5}
	defer log.Close()
	return svc.Run(serviceName, &serviceHandler{serve: func(ctx context.Context) int {
		return run(ctx, []string{"serve", "--config", c.Config}, os.Stdin, io.Discard, log)
	}})
}

func serviceLog(configFile string) string {
	return filepath.Join(filepath.Dir(configFile), "tsunagid.log")
}

// serviceHandler is the server as Windows sees it.
type serviceHandler struct {
	serve func(context.Context) (exitStatus int) // tells by whenReady that it is up
}

// Execute serves until Windows says stop or the server ends by itself, which is a
// failure that Windows answers with another start.
func (h *serviceHandler) Execute(_ []string, requests <-chan svc.ChangeRequest, changes chan<- svc.Status) (specific bool, exitCode uint32) {
	ready := make(chan struct{})
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), whenReady{}, func() { close(ready) }))
	defer cancel()
	ended := make(chan int, 1)
	go func() { ended <- h.serve(ctx) }()
	now := svc.Status{State: svc.StartPending, WaitHint: uint32(serviceSettles.Milliseconds())}
	changes <- now
	for {
		select {
		case <-ready:
			ready = nil
			now = svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			changes <- now
		case status := <-ended:
			return true, uint32(max(1, status))
		case request := <-requests:
			switch request.Cmd {
			case svc.Interrogate:
				changes <- now
			case svc.Stop, svc.Shutdown:
				cancel()
				return h.stop(ended, changes)
			}
		}
	}
}

// stop tells Windows each second that the server is still ending its calls.
func (h *serviceHandler) stop(ended <-chan int, changes chan<- svc.Status) (specific bool, exitCode uint32) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for point := uint32(1); ; point++ {
		changes <- svc.Status{State: svc.StopPending, CheckPoint: point, WaitHint: 5000}
		select {
		case status := <-ended:
			return status != 0, uint32(status)
		case <-ticker.C:
		}
	}
}
