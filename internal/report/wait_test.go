package report

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// screen is a terminal that can be read while it is written to.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func TestAWaitIsShownAfterASecondAndErased(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to screen
		done := Wait(&to, Style{Terminal: true, Width: 80, Unicode: true}, "asking Azure DevOps")
		time.Sleep(900 * time.Millisecond)
		synctest.Wait()
		if got := to.String(); got != "" {
			t.Errorf("before a second: %q", got)
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if got := to.String(); got != "\rasking Azure DevOps …" {
			t.Errorf("after a second: %q", got)
		}
		done()
		done()
		if got := to.String(); got != "\rasking Azure DevOps …\r                     \r" {
			t.Errorf("in the end: %q", got)
		}
	})
}

func TestAShortWaitIsNotShown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to screen
		done := Wait(&to, Style{Terminal: true}, "asking Azure DevOps")
		time.Sleep(900 * time.Millisecond)
		done()
		time.Sleep(5 * time.Second)
		if got := to.String(); got != "" {
			t.Errorf("shown: %q", got)
		}
	})
}

func TestAWaitIsForTerminalsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to screen
		done := Wait(&to, Style{}, "asking Azure DevOps")
		time.Sleep(5 * time.Second)
		done()
		if got := to.String(); got != "" {
			t.Errorf("shown: %q", got)
		}
	})
}

func TestAWaitLineIsNoWiderThanTheTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var to screen
		done := Wait(&to, Style{Terminal: true, Width: 10}, "asking Azure DevOps")
		defer done()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := to.String(); got != "\rasking Az" {
			t.Errorf("shown: %q", got)
		}
	})
}
