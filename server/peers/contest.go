package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// contest is one job of one size that several sides do by turns.
type contest struct {
	job, size string
	sides     []*side
}

// side is one way to do the job.
type side struct {
	name string
	// turn works for a while, or does the job once.
	turn func(context.Context) (turn, error)
	// goals are for parley's own sides: how many times as fast as another side, by its name, it is to be.
	goals map[string]float64

	turns []turn
}

// turn is what a side got done.
type turn struct {
	done      int
	took      time.Duration
	latencies []time.Duration // of each piece of work
}

func (t turn) perSecond() float64 { return float64(t.done) / t.took.Seconds() }

// hold has each side take its turn, round after round, after one that does not count.
func (c *contest) hold(ctx context.Context, rounds int) error {
	for round := range rounds + 1 {
		for _, s := range c.sides {
			t, err := s.turn(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if round > 0 {
				s.turns = append(s.turns, t)
			}
		}
	}
	return nil
}

// loop makes a turn of clients that each do one piece of work after the other for a while.
func loop(clients int, lasts time.Duration, work func(ctx context.Context, client int) error) func(context.Context) (turn, error) {
	return func(ctx context.Context) (turn, error) {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		each := make([][]time.Duration, clients)
		var all sync.WaitGroup
		began := time.Now()
		for client := range clients {
			all.Go(func() {
				for ctx.Err() == nil && time.Since(began) < lasts {
					start := time.Now()
					if err := work(ctx, client); err != nil {
						stop(err)
						return
					}
					each[client] = append(each[client], time.Since(start))
				}
			})
		}
		all.Wait()
		t := turn{took: time.Since(began), latencies: slices.Concat(each...)}
		t.done = len(t.latencies)
		return t, context.Cause(ctx)
	}
}

// rate is the median of what a side got done a second.
func (s *side) rate() float64 {
	var rates []float64
	for _, t := range s.turns {
		rates = append(rates, t.perSecond())
	}
	return median(rates)
}

// latency gives a quantile of how long the pieces of work took.
func (s *side) latency(q float64) time.Duration {
	var all []time.Duration
	for _, t := range s.turns {
		all = append(all, t.latencies...)
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))]
}

// against is the median, over the rounds, of how many times as fast a side was as another in the same round.
func (s *side) against(other *side) float64 {
	var ratios []float64
	for i, t := range s.turns {
		ratios = append(ratios, t.perSecond()/other.turns[i].perSecond())
	}
	return median(ratios)
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return (list[(len(list)-1)/2] + list[len(list)/2]) / 2
}
