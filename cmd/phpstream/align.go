package main

// A row is a line of one text beside the line of another that it belongs to.
type row struct {
	left, right int // the lines' numbers, from 0; -1 for none
	same        bool
}

// mostCells bounds the table that align makes. Texts that need more are laid
// side by side as they are.
const mostCells = 4 << 20

// align puts two texts side by side so that most lines meet one that fits.
func align(left, right int, fits func(l, r int) bool) []row {
	var rows []row
	start := 0
	for start < left && start < right && fits(start, start) {
		rows = append(rows, row{start, start, true})
		start++
	}
	tail := 0
	for tail < left-start && tail < right-start && fits(left-tail-1, right-tail-1) {
		tail++
	}
	rows = append(rows, middle(start, left-tail, right-tail, fits)...)
	for i := tail; i > 0; i-- {
		rows = append(rows, row{left - i, right - i, true})
	}
	return rows
}

// middle aligns the lines from start on by the longest common subsequence.
func middle(start, left, right int, fits func(l, r int) bool) []row {
	n, m := left-start, right-start
	var rows []row
	l, r := start, start
	// unmatched lines of both sides share rows, as changes of one into the other.
	change := func(toLeft, toRight int) {
		for l < toLeft || r < toRight {
			next := row{left: -1, right: -1}
			if l < toLeft {
				next.left = l
				l++
			}
			if r < toRight {
				next.right = r
				r++
			}
			rows = append(rows, next)
		}
	}
	if (n+1)*(m+1) <= mostCells {
		length := make([]int32, (n+1)*(m+1)) // of the best match of what follows
		at := func(i, j int) *int32 { return &length[i*(m+1)+j] }
		for i := n - 1; i >= 0; i-- {
			for j := m - 1; j >= 0; j-- {
				if fits(start+i, start+j) {
					*at(i, j) = *at(i+1, j+1) + 1
				} else {
					*at(i, j) = max(*at(i+1, j), *at(i, j+1))
				}
			}
		}
		for i, j := 0, 0; i < n && j < m; {
			switch {
			case fits(start+i, start+j):
				change(start+i, start+j)
				rows = append(rows, row{l, r, true})
				l, r = l+1, r+1
				i, j = i+1, j+1
			case *at(i+1, j) >= *at(i, j+1):
				i++
			default:
				j++
			}
		}
	}
	change(left, right)
	return rows
}
