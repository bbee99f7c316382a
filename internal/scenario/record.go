package scenario

import "fmt"

// Recorded returns a version's recorded answer, nil when there is none.
func (s *Scenario) Recorded(version string) (*Answer, error) {
	text, ok := s.Want[version]
	if !ok {
		return nil, nil
	}
	a, err := ParseAnswer(text)
	if err != nil {
		err = fmt.Errorf("%s, want %s: %w", s.ID, version, err)
	}
	return a, err
}

// Record runs a scenario on PHP and returns the answer to keep, when there is
// none from earlier or PHP has drifted from it; else nil.
func Record(s *Scenario, earlier *Answer, p *PHP, driver string, certs *Certs) (*Answer, error) {
	first, err := RunPHP(s, p, driver, certs, Plain)
	if err != nil {
		return nil, err
	}
	if earlier != nil && len(Compare(earlier, first)) == 0 {
		return nil, nil
	}
	second, err := RunPHP(s, p, driver, certs, Warm)
	if err != nil {
		return nil, err
	}
	return Merge(first, second, earlier)
}
