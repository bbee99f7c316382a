package main

import (
	"sync"
	"sync/atomic"
)

// step is a command and the reply it must have.
type step struct{ say, code string }

// steps are a dialogue after the greeting, or after STARTTLS.
func steps(j job) []step {
	return []step{
		{"EHLO client.test\r\n", "250"},
		{"MAIL FROM:<ann@client.test>\r\n", "250"},
		{"RCPT TO:<bob@mail.test>\r\n", "250"},
		{"DATA\r\n", "354"},
		{j.Message + ".\r\n", "250"},
		{"QUIT\r\n", "221"},
	}
}

// share has the job's workers send its mails.
func share(j job, mail func() error) (int, error) {
	if j.Workers <= 1 {
		for n := range j.Count {
			if err := mail(); err != nil {
				return n, err
			}
		}
		return j.Count, nil
	}
	var next, sent atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range j.Workers {
		wg.Go(func() {
			for next.Add(1) <= int64(j.Count) {
				if err := mail(); err != nil {
					failed.Store(&err)
					return
				}
				sent.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return int(sent.Load()), *err
	}
	return int(sent.Load()), nil
}
