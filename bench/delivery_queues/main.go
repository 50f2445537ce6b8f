// What bench/delivery.py compares with: two queues that people deliver webhooks with, each durable before its answer.
//
//	delivery_queues river POSTGRES_URL TARGET COUNT WORKERS BYTES
//	delivery_queues asynq REDIS_SOCKET TARGET COUNT WORKERS BYTES
//
// COUNT jobs are stored while no worker runs; then WORKERS make them all, each a POST of BYTES to TARGET over keep-alive connections:
// that is the rate, to the last one's being stored as done. Then jobs come one after the other: that is the latency, from storing
// one to the partner's answer. Prints JSON.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/hibiken/asynq"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const (
	paced    = 100
	pause    = 20 * time.Millisecond
	atOnce   = 1000
	taskKind = "deliver"
)

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The way to the partner, and how long what came one by one took.
type Partner struct {
	target string
	client http.Client
	mutex  sync.Mutex
	took   []time.Duration
}

func (p *Partner) deliver(ctx context.Context, body []byte, owedAt int64) error {
	request := must(http.NewRequestWithContext(ctx, "POST", p.target, bytes.NewReader(body)))
	request.Header.Set("Content-Type", "application/json")
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("answered %d", answer.StatusCode)
	}
	if err == nil && owedAt > 0 {
		p.mutex.Lock()
		p.took = append(p.took, time.Since(time.Unix(0, owedAt)))
		p.mutex.Unlock()
	}
	return err
}

func (p *Partner) timed() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.took)
}

type Job struct {
	Body   []byte `json:"body"`
	OwedAt int64  `json:"owed_at"` // nanoseconds; 0: its latency is not asked for
}

func (Job) Kind() string { return taskKind }

type Queue interface {
	store(jobs []Job)
	work()
	done() int
}

// River

type riverWorker struct {
	river.WorkerDefaults[Job]
	partner *Partner
}

func (w *riverWorker) Work(ctx context.Context, job *river.Job[Job]) error {
	return w.partner.deliver(ctx, job.Args.Body, job.Args.OwedAt)
}

type riverQueue struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx]
}

func newRiver(url string, workers int, partner *Partner) Queue {
	ctx := context.Background()
	pool := must(pgxpool.New(ctx, url))
	driver := riverpgxv5.New(pool)
	migrator := must(rivermigrate.New(driver, nil))
	must(migrator.Migrate(ctx, rivermigrate.DirectionUp, nil))
	known := river.NewWorkers()
	river.AddWorker(known, &riverWorker{partner: partner})
	client := must(river.NewClient(driver, &river.Config{
		Logger:  slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers: known,
	}))
	return &riverQueue{pool, client}
}

func (q *riverQueue) store(jobs []Job) {
	many := make([]river.InsertManyParams, len(jobs))
	for i, job := range jobs {
		many[i] = river.InsertManyParams{Args: job}
	}
	must(q.client.InsertMany(context.Background(), many))
}

func (q *riverQueue) work() { check(q.client.Start(context.Background())) }

func (q *riverQueue) done() (count int) {
	check(q.pool.QueryRow(context.Background(), "SELECT count(*) FROM river_job WHERE state = 'completed'").Scan(&count))
	return
}

// asynq

type asynqQueue struct {
	client    *asynq.Client
	inspector *asynq.Inspector
	server    *asynq.Server
	partner   *Partner
}

func newAsynq(socket string, workers int, partner *Partner) Queue {
	where := asynq.RedisClientOpt{Network: "unix", Addr: socket, PoolSize: workers + 8}
	server := asynq.NewServer(where, asynq.Config{Concurrency: workers, LogLevel: asynq.ErrorLevel})
	return &asynqQueue{asynq.NewClient(where), asynq.NewInspector(where), server, partner}
}

// It has no call for several.
func (q *asynqQueue) store(jobs []Job) {
	var group sync.WaitGroup
	for _, job := range jobs {
		group.Go(func() {
			must(q.client.Enqueue(asynq.NewTask(taskKind, must(json.Marshal(job))), asynq.MaxRetry(5)))
		})
	}
	group.Wait()
}

func (q *asynqQueue) work() {
	check(q.server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		var job Job
		check(json.Unmarshal(task.Payload(), &job))
		return q.partner.deliver(ctx, job.Body, job.OwedAt)
	})))
}

func (q *asynqQueue) done() int {
	info := must(q.inspector.GetQueueInfo("default"))
	return info.ProcessedTotal - info.FailedTotal
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	if len(os.Args) != 7 {
		fmt.Fprintln(os.Stderr, "delivery_queues river|asynq WHERE TARGET COUNT WORKERS BYTES")
		os.Exit(2)
	}
	count, workers, size := must(strconv.Atoi(os.Args[4])), must(strconv.Atoi(os.Args[5])), must(strconv.Atoi(os.Args[6]))
	partner := &Partner{target: os.Args[3]}
	partner.client.Transport = &http.Transport{MaxIdleConns: workers, MaxIdleConnsPerHost: workers}
	makeQueue := map[string]func(string, int, *Partner) Queue{"river": newRiver, "asynq": newAsynq}[os.Args[1]]
	queue := makeQueue(os.Args[2], workers, partner)
	body := bytes.Repeat([]byte("x"), size)

	for stored := 0; stored < count; stored += atOnce {
		jobs := []Job{}
		for range min(atOnce, count-stored) {
			jobs = append(jobs, Job{Body: body})
		}
		queue.store(jobs)
	}
	begin, before := time.Now(), cpu()
	queue.work()
	for queue.done() < count {
		time.Sleep(20 * time.Millisecond)
	}
	took, used := time.Since(begin), cpu()-before

	for range paced {
		queue.store([]Job{{Body: body, OwedAt: time.Now().UnixNano()}})
		time.Sleep(pause)
	}
	for partner.timed() < paced {
		time.Sleep(pause)
	}
	sort.Slice(partner.took, func(i, j int) bool { return partner.took[i] < partner.took[j] })
	inMs := func(t time.Duration) float64 { return float64(t.Microseconds()) / 1000 }
	check(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"per_s":  float64(count) / took.Seconds(),
		"cpu_us": float64(used.Microseconds()) / float64(count),
		"p50_ms": inMs(partner.took[paced/2]), "p99_ms": inMs(partner.took[paced*99/100]),
	}))
}
