package boltledger

import (
	"context"
	"errors"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-ff4a8210/parley/server/internal/fault"
	"github.com/seed-ff4a8210/parley/server/internal/ledger"
)

var errDisk = errors.New("the disk said no")

// The ways in which a commit can go.
var (
	commitWell  = (*bolt.Tx).Commit
	commitFails = func(*bolt.Tx) error { return errDisk }
	commitStick = func(tx *bolt.Tx) error { return errors.Join(tx.Commit(), errDisk) } // as if the last sync failed
	commitPanic = func(*bolt.Tx) error { panic("bbolt met a bad page") }
)

// director decides how the commits of a ledger go, one by one. The committer waits for each decision.
type director struct {
	begun chan struct{} // a commit is about to begin
	next  chan func(*bolt.Tx) error
}

// openDirected opens a ledger whose every commit needs a decision.
func openDirected(t *testing.T, path string) (*Ledger, director) {
	l := open(t, path)
	d := director{begun: make(chan struct{}), next: make(chan func(*bolt.Tx) error)}
	l.commit = func(tx *bolt.Tx) error {
		select {
		case d.begun <- struct{}{}:
			return (<-d.next)(tx)
		case <-t.Context().Done(): // the test has failed already
			return errDisk
		}
	}
	return l, d
}

// let makes the next commits go like this.
func (d director) let(commits ...func(*bolt.Tx) error) {
	for _, commit := range commits {
		<-d.begun
		d.next <- commit
	}
}

// start appends in another goroutine.
func start(ctx context.Context, l *Ledger, name string, after ledger.Seq, entry string) <-chan error {
	done := make(chan error, 1)
	go func() { done <- l.Append(ctx, name, after, []byte(entry)) }()
	return done
}

// enqueue puts an append into the queue, and returns when it is there.
func enqueue(t *testing.T, l *Ledger, name string, after ledger.Seq, entry string) *job {
	t.Helper()
	j, err := appendJob(name, after, [][]byte{[]byte(entry)})
	if err != nil || !l.queue.put(j) {
		t.Fatalf("cannot queue an append: %v", err)
	}
	return j
}

func (j *job) wait() error {
	<-j.done
	return j.err
}

func TestWaitingAppendsShareOneCommit(t *testing.T) {
	path := newPath(t)
	l, disk := openDirected(t, path)
	first := start(t.Context(), l, "geneva", 0, "a")
	<-disk.begun // from here on the others have to wait

	next := enqueue(t, l, "geneva", 1, "b")
	afterNext := enqueue(t, l, "geneva", 2, "c") // sees what the one before it in the batch did
	late := enqueue(t, l, "geneva", 2, "late")   // and this one lost to it
	other := enqueue(t, l, "oslo", 0, "x")
	astray := enqueue(t, l, "oslo", 7, "astray")

	disk.next <- commitWell
	disk.let(commitWell) // just one more commit; another would wait for ever

	for _, err := range []error{<-first, next.wait(), afterNext.wait(), other.wait()} {
		if err != nil {
			t.Errorf("append: %v", err)
		}
	}
	var lost *ledger.LostRaceError
	if err := late.wait(); !errors.As(err, &lost) || lost.Head != 3 {
		t.Errorf("late append = %v, want a lost race at head 3", err)
	}
	if err := astray.wait(); !errors.As(err, &lost) || lost.Head != 1 {
		t.Errorf("astray append = %v, want a lost race at head 1", err)
	}
	wantContents(t, l, "geneva", "a", "b", "c")
	wantContents(t, l, "oslo", "x")
}

func wantContents(t *testing.T, l *Ledger, name string, want ...string) {
	t.Helper()
	got, err := contents(t, l, name)
	if err != nil || strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("%s holds %q, %v; want %q", name, got, err, want)
	}
	if head, err := l.Head(t.Context(), name); err != nil || int(head) != len(want) {
		t.Errorf("Head(%q) = %d, %v, want %d", name, head, err, len(want))
	}
}

func TestBatchIsBounded(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	first := start(t.Context(), l, "geneva", 0, "a")
	<-disk.begun
	var jobs []*job
	for i, entry := range []string{"b", "c", "d"} {
		j, err := appendJob("geneva", ledger.Seq(i+1), [][]byte{[]byte(entry)})
		if err != nil {
			t.Fatal(err)
		}
		j.size = maxBatch // it says
		l.queue.put(j)
		jobs = append(jobs, j)
	}
	disk.next <- commitWell
	disk.let(commitWell, commitWell, commitWell) // one for each of them
	if err := errors.Join(<-first, jobs[0].wait(), jobs[1].wait(), jobs[2].wait()); err != nil {
		t.Error(err)
	}
	wantContents(t, l, "geneva", "a", "b", "c", "d")
}

func TestCancelledWhileQueuedStoresNothing(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	first := start(t.Context(), l, "geneva", 0, "a")
	<-disk.begun
	ctx, cancel := context.WithCancel(t.Context())
	second := start(ctx, l, "geneva", 1, "b")
	cancel()
	err := <-second
	var unknown *ledger.UnknownError
	if !errors.Is(err, context.Canceled) || errors.As(err, &unknown) {
		t.Errorf("append = %v, want plain context.Canceled", err)
	}
	disk.next <- commitWell
	if err := <-first; err != nil {
		t.Error(err)
	}
	wantContents(t, l, "geneva", "a")
}

func TestCancelledWhileCommittingIsUnknown(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	ctx, cancel := context.WithCancel(t.Context())
	first := start(ctx, l, "geneva", 0, "a")
	<-disk.begun
	cancel()
	err := <-first
	var unknown *ledger.UnknownError
	if !errors.As(err, &unknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("append = %v, want an UnknownError due to context.Canceled", err)
	}
	second := enqueue(t, l, "geneva", 0, "b") // the first was under way: it comes before
	disk.next <- commitWell
	var lost *ledger.LostRaceError
	if err := second.wait(); !errors.As(err, &lost) || lost.Head != 1 {
		t.Errorf("second append = %v, want a lost race at head 1", err)
	}
	wantContents(t, l, "geneva", "a")
}

func TestReadersDoNotSeeWhatMayBeLost(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	first := start(t.Context(), l, "geneva", 0, "a")
	<-disk.begun
	second, other := enqueue(t, l, "geneva", 1, "b"), enqueue(t, l, "oslo", 0, "x")
	disk.next <- commitWell
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	<-disk.begun // of the other two
	inFile, sync := make(chan struct{}), make(chan struct{})
	disk.next <- func(tx *bolt.Tx) error {
		err := tx.Commit() // bbolt shows the entries from here on
		close(inFile)
		<-sync
		return err
	}
	<-inFile
	wantContents(t, l, "geneva", "a")
	wantContents(t, l, "oslo")
	for name := range l.Negotiations(t.Context(), "") {
		if name != "geneva" {
			t.Errorf("Negotiations shows %q, which may be lost", name)
		}
	}
	close(sync)
	if err := errors.Join(second.wait(), other.wait()); err != nil {
		t.Fatal(err)
	}
	wantContents(t, l, "geneva", "a", "b")
	wantContents(t, l, "oslo", "x")
}

func TestFailedCommitIsUnknownToAll(t *testing.T) {
	tests := []struct {
		name   string
		commit func(*bolt.Tx) error
		want   []string
	}{
		{"nothing stored", commitFails, []string{"a"}},
		{"stored nevertheless", commitStick, []string{"a", "b"}},
		{"panic", commitPanic, []string{"a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := newPath(t)
			l, disk := openDirected(t, path)
			first := start(t.Context(), l, "geneva", 0, "a")
			<-disk.begun
			second, late := enqueue(t, l, "geneva", 1, "b"), enqueue(t, l, "geneva", 1, "late")
			disk.next <- commitWell
			disk.let(test.commit, commitWell) // the second settles what became of the first
			if err := <-first; err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{second.wait(), late.wait()} {
				var unknown *ledger.UnknownError
				if !errors.As(err, &unknown) {
					t.Errorf("append = %v, want an UnknownError", err)
				}
			}
			wantContents(t, l, "geneva", test.want...)
			third := start(t.Context(), l, "geneva", ledger.Seq(len(test.want)), "c")
			disk.let(commitWell)
			if err := <-third; err != nil {
				t.Errorf("append afterwards: %v", err)
			}
			wantContents(t, l, "geneva", append(test.want, "c")...)
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			checkFile(t, path)
		})
	}
}

// While nothing can be written, readers stay at what is known to be durable, appends say that nothing was stored, and
// when the disk works again everything goes on.
func TestLastingFailure(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	first := start(t.Context(), l, "geneva", 0, "a")
	disk.let(commitStick, commitFails)
	var unknown *ledger.UnknownError
	if err := <-first; !errors.As(err, &unknown) {
		t.Fatalf("append = %v, want an UnknownError", err)
	}
	wantContents(t, l, "geneva")

	second := start(t.Context(), l, "oslo", 0, "x")
	disk.let(commitFails)
	if f := wantFault(t, <-second, fault.ReasonUnavailable); strings.Contains(f.Message, l.Path()) {
		t.Errorf("message %q shows the path to callers", f.Message)
	}
	wantContents(t, l, "geneva")

	tail := make(chan string)
	go func() {
		for e, err := range l.Tail(t.Context(), "geneva", 1) {
			if err != nil {
				return
			}
			tail <- string(e.Data)
		}
	}()
	third := start(t.Context(), l, "geneva", 0, "c")
	disk.let(commitWell) // shows that the first append was stored; so the third has nothing to commit
	var lost *ledger.LostRaceError
	if err := <-third; !errors.As(err, &lost) || lost.Head != 1 {
		t.Errorf("append = %v, want a lost race at head 1", err)
	}
	if got := <-tail; got != "a" {
		t.Errorf("tail yields %q, want a", got)
	}
	wantContents(t, l, "geneva", "a")
}

func TestJobThatFailsIsLeftOut(t *testing.T) {
	l, disk := openDirected(t, newPath(t))
	first := start(t.Context(), l, "geneva", 0, "a")
	<-disk.begun
	good := enqueue(t, l, "geneva", 1, "b")
	fails := newJob(1, func(b *batch) (error, error) {
		_, _ = b.append("geneva", 2, []draft{newDraft([]byte("half-done"))})
		return nil, errDisk
	})
	panics := newJob(1, func(*batch) (error, error) { panic("bbolt met a bad page") })
	l.queue.put(fails)
	l.queue.put(panics)
	better := enqueue(t, l, "geneva", 2, "c")
	disk.next <- commitWell
	disk.let(commitWell)

	if err := errors.Join(<-first, good.wait(), better.wait()); err != nil {
		t.Error(err)
	}
	if err := fails.wait(); !errors.Is(err, errDisk) {
		t.Errorf("job = %v, want %v", err, errDisk)
	}
	wantFault(t, panics.wait(), fault.ReasonStoredDataCorrupt)
	wantContents(t, l, "geneva", "a", "b", "c")
}

// If bbolt cannot even begin a transaction, it may have left its locks locked: nobody must wait for them.
func TestUnusableStoreSaysSo(t *testing.T) {
	l := open(t, newPath(t))
	grow(t, l, "geneva", 0, "a")
	_ = l.die(errDisk)

	wantFault(t, l.Append(t.Context(), "geneva", 1, []byte("b")), fault.ReasonUnavailable)
	wantFault(t, l.PutSnapshot(t.Context(), "geneva", 1, nil), fault.ReasonUnavailable)
	_, err := l.Head(t.Context(), "geneva")
	wantFault(t, err, fault.ReasonUnavailable)
	_, _, err = l.Snapshot(t.Context(), "geneva")
	wantFault(t, err, fault.ReasonUnavailable)
	_, err = contents(t, l, "geneva")
	if f := wantFault(t, err, fault.ReasonUnavailable); !errors.Is(err, errDisk) || strings.Contains(f.Message, l.Path()) {
		t.Errorf("%v: want the cause, but no path in the message %q", err, f.Message)
	}
}

func TestTailsLeaveNothingBehind(t *testing.T) {
	l := open(t, newPath(t))
	grow(t, l, "geneva", 0, "a")
	for range l.Tail(t.Context(), "geneva", 1) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range l.Tail(ctx, "geneva", 1) {
		cancel() // and the next turn brings the error
	}
	if n := len(l.signals.byName); n != 0 {
		t.Errorf("%d negotiations are still watched", n)
	}
}
