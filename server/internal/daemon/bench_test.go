package daemon_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/seed-ff4a8210/parley/client"
	parleyv1 "github.com/seed-ff4a8210/parley/gen/go/parley/v1"
)

// BenchmarkIdleWatchers opens 10,000 watches on a server of its own process, and reports what memory that process then has,
// all in all, and how much of it a watch takes. It fails beyond mostMiB.
func BenchmarkIdleWatchers(b *testing.B) {
	const watchers, connections, mostMiB = 10_000, 20, 200
	addr, pid := process(b, b.TempDir(), "--example")
	before := resident(b, pid)
	for b.Loop() {
		ctx, stop := context.WithCancel(b.Context())
		var opening errgroup.Group
		for range connections {
			c, err := client.Dial(addr, client.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			opening.Go(func() error { return openWatches(ctx, c, watchers/connections) })
		}
		if err := opening.Wait(); err != nil {
			b.Fatal(err)
		}
		now := resident(b, pid)
		b.ReportMetric(now, "server-MiB")
		b.ReportMetric((now-before)*1024/watchers, "KiB/watcher")
		if now > mostMiB {
			b.Errorf("%d watchers take more than %d MiB", watchers, mostMiB)
		}
		stop()
	}
}

// process runs a server in a process of its own until the benchmark ends, and tells where it takes gRPC calls.
func process(b *testing.B, data string, args ...string) (addr string, pid int) {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "parleyd")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", bin, "../../parleyd").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(context.Background(), bin, append(args, "--data", data, "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0")...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	last := "REST "
	if slices.Contains(args, "--example") {
		last = "Stop with"
	}
	for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.HasPrefix(strings.TrimSpace(lines.Text()), last); {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "gRPC "); ok {
			addr = rest
		}
	}
	return addr, cmd.Process.Pid
}

// openWatches opens watches one after the other, and waits for the first answer of each.
func openWatches(ctx context.Context, c *client.Client, n int) error {
	for range n {
		stream, err := c.Log.WatchNegotiation(ctx, &parleyv1.WatchNegotiationRequest{Name: peacePlan})
		if err != nil {
			return fmt.Errorf("open a watch: %w", err)
		}
		if _, err := stream.Recv(); err != nil {
			return fmt.Errorf("first answer of a watch: %w", err)
		}
	}
	return nil
}

// resident is the memory of a process in MiB.
func resident(b *testing.B, pid int) float64 { return figure(b, pid, "VmRSS") }

// anonymous is the memory of a process in MiB without the pages of files that it has mapped, which the system takes back when it
// needs them.
func anonymous(b *testing.B, pid int) float64 { return figure(b, pid, "RssAnon") }

// figure reads one of a process in MiB.
func figure(b *testing.B, pid int, name string) float64 {
	b.Helper()
	told, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		b.Skip("only where /proc tells")
	}
	_, rest, _ := strings.Cut(string(told), name+":")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}
