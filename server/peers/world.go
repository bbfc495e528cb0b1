package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/seed-ff4a8210/parley/client"
)

// world holds the servers that the sides of a job talk to, each in a process of its own, with its data under dir, which it made.
type world struct {
	options
	dir     string
	missing []string   // sides that cannot take part, and why
	amounts []*amounts // what was measured once while the contests were made

	processes []*exec.Cmd
	closers   []io.Closer
}

// patience is how long a server may take to end.
const patience = 5 * time.Second

func newWorld(o options) (*world, error) {
	dir, err := os.MkdirTemp(o.dir, "peers-")
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	return &world{options: o, dir: dir}, err
}

// end stops everything that was started, and removes all data.
func (w *world) end() error {
	var errs []error
	for _, c := range w.closers {
		errs = append(errs, c.Close())
	}
	for _, p := range w.processes {
		_ = p.Process.Signal(syscall.SIGTERM)
		late := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
		_ = p.Wait()
		late.Stop()
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

// caseOf gives the folder of a case, if there is one.
func (w *world) caseOf(name string) (dir string, ok bool) {
	dir = filepath.Join(w.cases, name)
	if w.cases == "" || !isThere(dir) {
		w.missing = append(w.missing, "what needs "+name+", as -cases names no directory with it")
		return "", false
	}
	return dir, true
}

func isThere(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// start runs a server, with what it says of itself in a file.
func (w *world) start(cmd *exec.Cmd, name string) error {
	log, err := os.Create(filepath.Join(w.dir, name+".log"))
	if err != nil {
		return err
	}
	w.closers = append(w.closers, log)
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	w.processes = append(w.processes, cmd)
	return nil
}

// parley is a server of ours: how to reach it, and where its data is.
type parley struct {
	grpc, rest, token, data string
}

// parley starts a server of ours that admits all calls that can be made.
func (w *world) parley() (*parley, error) {
	p := &parley{data: filepath.Join(w.dir, "parley")}
	cmd := exec.Command(filepath.Join(w.bin, "parleyd"), "--data", p.data, "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0", "--rate", "1000000000", "--anonymous-rate", "1000000000")
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout = in
	if err := w.start(cmd, "parleyd"); err != nil {
		return nil, err
	}
	w.closers = append(w.closers, out)
	_ = in.Close()
	for lines := bufio.NewScanner(out); p.rest == ""; {
		if !lines.Scan() {
			return nil, errors.New("parleyd did not start")
		}
		line := strings.TrimSpace(lines.Text())
		if rest, ok := strings.CutPrefix(line, "gRPC "); ok {
			p.grpc = rest
		}
		if rest, ok := strings.CutPrefix(line, "REST "); ok {
			p.rest = strings.TrimPrefix(rest, "http://")
		}
	}
	token, err := os.ReadFile(filepath.Join(p.data, client.TokenFile))
	p.token = strings.TrimSpace(string(token))
	return p, err
}

// perConnection is how many clients share a connection, whatever they talk to.
const perConnection = 64

// connections is how many connections a number of clients have.
func connections(clients int) int { return (clients + perConnection - 1) / perConnection }

// dialAll makes the connections of a number of clients.
func dialAll[C io.Closer](w *world, clients int, dial func() (C, error)) (out []C, err error) {
	for range connections(clients) {
		c, err := dial()
		if err != nil {
			return nil, err
		}
		w.closers = append(w.closers, c)
		out = append(out, c)
	}
	return out, nil
}

// dial makes SDK clients, one for each connection.
func (p *parley) dial(w *world, clients int) ([]*client.Client, error) {
	return dialAll(w, clients, func() (*client.Client, error) { return client.Dial(p.grpc, client.Options{Token: p.token}) })
}

// etcd starts an etcd of one node as it comes, fsync on; false if there is none to start.
func (w *world) etcd() (addr string, ok bool, err error) {
	bin := filepath.Join(w.bin, "etcd")
	if !isThere(bin) {
		w.missing = append(w.missing, "etcd, which is not in "+w.bin)
		return "", false, nil
	}
	addr, peer := free(), free()
	cmd := exec.Command(bin, "--data-dir", filepath.Join(w.dir, "etcd"), "--log-level", "error", "--quota-backend-bytes", strconv.Itoa(8<<30),
		"--listen-client-urls", "http://"+addr, "--advertise-client-urls", "http://"+addr, "--listen-peer-urls", "http://"+peer,
		"--initial-advertise-peer-urls", "http://"+peer, "--initial-cluster", "default=http://"+peer)
	if err := w.start(cmd, "etcd"); err != nil {
		return "", false, err
	}
	return addr, true, until(func() error {
		resp, err := http.Get("http://" + addr + "/health")
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return errors.New(resp.Status)
		}
		return nil
	})
}

// dialEtcd makes etcd clients, one for each connection.
func (w *world) dialEtcd(addr string, clients int) ([]*clientv3.Client, error) {
	return dialAll(w, clients, func() (*clientv3.Client, error) {
		return clientv3.New(clientv3.Config{Endpoints: []string{addr}, DialTimeout: 10 * time.Second})
	})
}

// empty starts a server whose only method takes nothing and gives nothing, and connects to it.
func (w *world) empty(clients int) ([]*grpc.ClientConn, error) {
	addr, err := w.serve("serve-empty")
	if err != nil {
		return nil, err
	}
	return dialAll(w, clients, func() (*grpc.ClientConn, error) {
		return grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	})
}

// serve runs this program as a server.
func (w *world) serve(what string, args ...string) (addr string, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	addr = free()
	if err := w.start(exec.Command(self, append([]string{what, addr}, args...)...), what); err != nil {
		return "", err
	}
	return addr, until(func() error {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// postgres starts a PostgreSQL with its settings as they come, so that a commit is on disk when it answers; nil if none is installed.
func (w *world) postgres(ctx context.Context, clients int) (*pgxpool.Pool, error) {
	tools, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(tools) == 0 {
		w.missing = append(w.missing, "PostgreSQL, which is not installed")
		return nil, nil
	}
	bin, data := tools[len(tools)-1], filepath.Join(w.dir, "postgres")
	as, err := unprivileged(w.dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "peers", "--no-sync", "-E", "UTF8", "--locale", "C")
	initdb.SysProcAttr, initdb.Dir = as, w.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	_, port, _ := net.SplitHostPort(free())
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-h", "127.0.0.1", "-p", port, "-k", w.dir, "-c", "max_connections=300")
	cmd.SysProcAttr, cmd.Dir = as, w.dir
	if err := w.start(cmd, "postgres"); err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, fmt.Sprintf("postgres://peers@127.0.0.1:%s/postgres?pool_max_conns=%d", port, clients))
	if err != nil {
		return nil, err
	}
	w.closers = append(w.closers, closer(pool.Close))
	return pool, until(func() error { return pool.Ping(ctx) })
}

// unprivileged gives what a process needs to run as somebody else if this one is root's, as PostgreSQL wants, and lets them into dir.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chmod(dir, 0o777); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

type closer func()

func (c closer) Close() error { c(); return nil }

// free gives an address on loopback that nothing listens on.
func free() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// until tries something that needs a server that has just been started, for ten seconds.
func until(try func() error) error {
	var err error
	for range 200 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}
